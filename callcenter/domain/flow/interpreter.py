"""Runs a flow: pure, one act at a time. Live calls, tests and the simulator all use this and nothing else."""

from dataclasses import replace

from callcenter.domain.errors import IllegalMove
from callcenter.domain.flow import steps as s
from callcenter.domain.flow.acts import (
    Act,
    Answer,
    Ask,
    Away,
    End,
    Entered,
    Find,
    Found,
    Identified,
    Keys,
    NotFound,
    Play,
    Pressed,
    Served,
    Several,
    State,
    Told,
    Turn,
    Wait,
    spoken,
)
from callcenter.domain.flow.conditions import holds
from callcenter.domain.flow.facts import Facts, customer_facts
from callcenter.domain.flow.steps import KEYS, Flow
from callcenter.domain.ids import QueueId, StepId

MOST_IDLE_STEPS = 64
"""More steps than this without a key of the caller end the call: a last guard behind the checker."""

WRONG_KEY = "无此选项"
TOO_SHORT = "位数不符"


def begin(flow: Flow, facts: Facts, step: StepId | None = None) -> Turn:
    """Return the first turn: at the flow's start, or at `step` after a restart (at the start when it is gone)."""
    first = step if step is not None and step in flow.steps else flow.start
    return _run(flow, _Draft(State(first, dict(facts))))


def wait_again(flow: Flow, facts: Facts, queue: QueueId, step: StepId | None = None) -> Turn:
    """Return the turn of a caller who is back in line: waits at once, hears no greeting, tells nothing."""
    state = State(step or flow.start, dict(facts))
    known = flow.steps.get(state.step)
    if isinstance(known, s.Queue) and known.queue == queue:
        return Turn(state, replace(_wait(known, ()), again=True))
    return Turn(state, Wait(queue, again=True))


def advance(flow: Flow, state: State, answer: Answer) -> Turn:
    """Return the turn after `answer`. Raises IllegalMove when the step's act has no such answer."""
    step = flow.steps[state.step]
    draft = _Draft(state)
    match step, answer:
        case s.Say(), Keys(keys):
            draft.move(step.next, ahead=state.ahead or keys)
        case s.Menu(), Keys(keys):
            return _chosen(flow, step, draft, keys)
        case s.Gather(), Keys(keys):
            return _gathered(flow, step, draft, keys)
        case s.Lookup(), Found(customer):
            draft.tell(Identified(customer.id, step.by))
            draft.move(step.found, facts={**state.facts, **customer_facts(customer)})
        case s.Lookup(), NotFound():
            draft.move(step.not_found)
        case s.Lookup(), Several():
            draft.move(step.several)
        case s.Lookup(), Away():
            draft.move(step.away)
        case _:
            raise IllegalMove("flow", f"{type(step).__name__} {state.step}", type(answer).__name__)
    return _run(flow, draft)


class _Draft:
    """A turn in the making."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.told: list[Told] = []
        self.broken: list[str] = []

    def tell(self, fact: Told) -> None:
        self.told.append(fact)

    def move(self, step: StepId, **changes: object) -> None:
        self.state = replace(self.state, step=step, tries=0, **changes)  # type: ignore[arg-type]

    def words(self, *lists: s.Prompts) -> tuple[str, ...]:
        texts: tuple[str, ...] = ()
        for prompts in lists:
            said, broken = spoken(prompts, self.state.facts)
            texts += said
            self.broken.extend(broken)
        return texts

    def turn(self, act: Act) -> Turn:
        return Turn(self.state, act, tuple(self.told), tuple(self.broken))


def _run(flow: Flow, draft: _Draft) -> Turn:
    """Walk on until something must be done on the line."""
    while True:
        draft.state = replace(draft.state, idle=draft.state.idle + 1)
        step = flow.steps.get(draft.state.step)
        if step is None or draft.state.idle > MOST_IDLE_STEPS:
            draft.broken.append(f"-> {draft.state.step}")
            return draft.turn(End())
        if not isinstance(step, s.Branch | s.Goto | s.Served):
            draft.tell(Entered(step.id, step.label))
        turn = _enter(flow, step, draft)
        if turn is not None:
            return turn


def _enter(flow: Flow, step: s.Step, draft: _Draft) -> Turn | None:
    """Return the turn that this step asks for, or None after moving on."""
    state = draft.state
    match step:
        case s.Say():
            texts = () if state.ahead and step.barge_in else draft.words(step.say)
            if texts:
                return draft.turn(Play(texts, KEYS if step.barge_in and not state.ahead else ""))
            draft.move(step.next)
        case s.Menu():
            if state.ahead:
                draft.state = replace(state, ahead="")
                return _chosen(flow, step, draft, state.ahead)
            return draft.turn(_ask(step, draft, step.say))
        case s.Gather():
            return draft.turn(_ask(step, draft, step.say))
        case s.Lookup():
            return draft.turn(Find(step.by, str(state.facts.get(step.key, ""))))
        case s.Branch():
            draft.move(next((case.goto for case in step.cases if holds(case.when, state.facts)), step.otherwise))
        case s.Served():
            draft.tell(Served(step.service))
            draft.move(step.next)
        case s.Goto():
            draft.move(step.goto)
        case s.Queue():
            return draft.turn(_wait(step, draft.words(step.say)))
        case s.HangUp():
            return draft.turn(End(draft.words(step.say)))
    return None


def _wait(step: s.Queue, texts: tuple[str, ...]) -> Wait:
    return Wait(step.queue, step.priority, texts, step.announce, step.every_seconds, step.music)


def _ask(step: s.Question, draft: _Draft, *lists: s.Prompts) -> Ask:
    ahead = draft.state.ahead
    draft.state = replace(draft.state, ahead="")
    texts = () if ahead else draft.words(*lists)
    stop_keys = KEYS if step.barge_in else ""
    if isinstance(step, s.Gather):
        return Ask(texts, stop_keys, step.max_digits, step.timeout_seconds, step.finish, ahead, step.secret)
    return Ask(texts, stop_keys, 1, step.timeout_seconds)


def _chosen(flow: Flow, step: s.Menu, draft: _Draft, keys: str) -> Turn:
    choice = step.choices.get(keys)
    if choice is None:
        return _failed(flow, step, draft, keys, WRONG_KEY)
    draft.tell(Pressed(step.id, keys, choice.label))
    draft.move(choice.goto, idle=0)
    return _run(flow, draft)


def _gathered(flow: Flow, step: s.Gather, draft: _Draft, keys: str) -> Turn:
    digits = keys.removesuffix(step.finish) if step.finish else keys
    shown = "*" * len(digits) if step.secret else digits
    if not (step.min_digits <= len(digits) <= step.max_digits and digits.isascii() and digits.isdecimal()):
        return _failed(flow, step, draft, shown or keys, TOO_SHORT)
    draft.tell(Pressed(step.id, shown, step.label))
    draft.move(step.next, idle=0, facts={**draft.state.facts, step.into: digits})
    return _run(flow, draft)


def _failed(flow: Flow, step: s.Question, draft: _Draft, keys: str, meaning: str) -> Turn:
    """Silence or a wrong key: ask again with the fitting words, or give up."""
    if keys:
        draft.tell(Pressed(step.id, keys, meaning))
    tries = draft.state.tries + 1
    if tries >= step.tries:
        draft.move(step.on_failure, ahead="")
        return _run(flow, draft)
    draft.state = replace(draft.state, tries=tries, ahead="")
    return draft.turn(_ask(step, draft, step.on_wrong if keys else step.on_silence, step.say))
