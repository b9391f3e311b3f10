"""Carries one caller through a flow: does on the line what the interpreter asks, and tells what happened.

Knows no file, no AGI and no voice; runs in the thread of that call's session.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from callcenter.domain import events as e
from callcenter.domain.flow import acts as a
from callcenter.domain.flow.facts import Value, arrival_facts, customer_facts, waiting_facts
from callcenter.domain.flow.interpreter import advance, begin, wait_again
from callcenter.domain.flow.steps import Flow
from callcenter.domain.ids import CallId, CustomerId, QueueId, StepId
from callcenter.service.ports import CallerGone, Inbox, Line, Records, RecordsAway, SoundMissing, Speech, SpeechFailed

NEXT, STEP, QUEUE, CUSTOMER = "CC_NEXT", "CC_STEP", "CC_QUEUE", "CC_CUSTOMER"
"""Channel variables: what the dialplan does after the session, and where the caller is if our process dies."""

LONGEST_WAIT_SECONDS = 60.0
AFTER_LAST_DIGIT_SECONDS = 1.5
"""How long the finish key is still awaited when all digits are there."""
OVERRUN_KEYS = 10
"""Digits too many that are still taken in, so that they do not cut the next prompt short."""

Place = Callable[[CallId], int | None]
"""The caller's place in line (1 is next), or None when it is not known. Any thread; must not block."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Resume:
    """Where an earlier session of the same call stopped. With `queue` the caller was already waiting."""

    queue: QueueId | None = None
    step: StepId | None = None
    customer: CustomerId | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """How a session ended. `finished` is False when the caller left it: hung up, or taken to an agent."""

    finished: bool
    broken_prompts: int


def resume_of(line: Line) -> Resume | None:
    """Return what an earlier session left on the channel, or None for a new call."""
    step = line.get(STEP)
    if not step:
        return None
    queue, customer = line.get(QUEUE), line.get(CUSTOMER)
    return Resume(
        QueueId(queue) if queue else None, StepId(step), CustomerId(int(customer)) if customer.isdecimal() else None
    )


def serve_call(
    line: Line,
    flow: Flow,
    records: Records,
    speech: Speech,
    tell: Inbox,
    clock: Callable[[], datetime],
    resume: Resume | None = None,
    place: Place = lambda _: None,
) -> Visit:
    """Run the flow until it ends (then CC_NEXT is `hangup`) or the caller leaves, which is not an error.

    `clock` gives aware times in the organisation's own zone. Facts are told before the act that they announce, except
    that the channel is marked (CC_STEP, CC_QUEUE) before CallQueued: the engine may take the caller away at once.
    """
    session = _Session(line, flow, records, speech, tell, clock, place)
    try:
        session.run(resume)
    except CallerGone:
        return Visit(False, session.broken)
    return Visit(True, session.broken)


class _Session:
    """One caller in one thread."""

    def __init__(
        self,
        line: Line,
        flow: Flow,
        records: Records,
        speech: Speech,
        tell: Inbox,
        clock: Callable[[], datetime],
        place: Place,
    ) -> None:
        self.line, self.flow, self.records, self.speech = line, flow, records, speech
        self.tell, self.clock, self.place = tell, clock, place
        self.broken = 0
        self._marked: StepId | None = None

    def run(self, resume: Resume | None) -> None:
        turn = self._first(resume)
        while True:
            for fact in turn.told:
                self._tell(fact)
            for prompt in turn.broken:
                self._count_broken(prompt, "a fact is missing")
            answer = self._do(turn)
            if answer is None:
                return
            turn = advance(self.flow, turn.state, answer)

    def _first(self, resume: Resume | None) -> a.Turn:
        line, now = self.line, self.clock()
        facts: dict[str, Value] = arrival_facts(line.number, line.dialed, now)
        if resume is None:
            self.tell(e.CallArrived(now, line.call, line.channel, line.number, line.name, line.dialed))
            return begin(self.flow, facts)
        self.tell(e.CallReturned(now, line.call, line.channel))
        if resume.queue is not None:
            return wait_again(self.flow, facts, resume.queue, resume.step)
        return begin(self.flow, facts | self._remembered(resume.customer), resume.step)

    def _remembered(self, customer: CustomerId | None) -> dict[str, Value]:
        if customer is None:
            return {}
        try:
            record = self.records.customer(customer)
        except RecordsAway:
            return {}
        return customer_facts(record) if record else {}

    def _do(self, turn: a.Turn) -> a.Answer | None:
        match turn.act:
            case a.Play(texts, stop_keys):
                return a.Keys(self._play(texts, stop_keys))
            case a.Ask() as ask:
                self._mark(turn.state.step)
                return a.Keys(self._keys(ask))
            case a.Find(by, value):
                return self._find(by, value)
            case a.Wait() as wait:
                self._wait(wait, turn.state)
            case a.End(texts):
                self._play(texts)
                self.line.put(NEXT, "hangup")
        return None

    def _tell(self, fact: a.Told) -> None:
        now, call = self.clock(), self.line.call
        match fact:
            case a.Entered(step, label):
                self.tell(e.StepEntered(now, call, self.flow.id, step, label))
            case a.Pressed(step, keys, meaning):
                self.tell(e.KeysPressed(now, call, step, keys, meaning))
            case a.Identified(customer, by):
                self.tell(e.CustomerIdentified(now, call, customer, by))
                self.line.put(CUSTOMER, str(customer))
            case a.Served(service):
                self.tell(e.CallServed(now, call, service))

    def _mark(self, step: StepId) -> None:
        """Leave the question on the channel, so that a restarted process goes on here."""
        if step != self._marked:
            self.line.put(STEP, step)
            self._marked = step

    def _count_broken(self, prompt: str, why: str) -> None:
        self.broken += 1
        log.warning(
            "prompt left out", extra={"call": self.line.call, "flow": self.flow.id, "prompt": prompt, "why": why}
        )

    def _play(self, texts: tuple[str, ...], stop_keys: str = "") -> str:
        """Play each text that can be spoken; return the key that ended it, or ''."""
        for text in texts:
            try:
                path = self.speech.prompt(text)
            except SpeechFailed as error:
                self._count_broken(text, str(error))
                continue
            try:
                key = self.line.play(path, stop_keys)
            except SoundMissing as error:
                self._count_broken(text, str(error))
                continue
            if key:
                return key
        return ""

    def _keys(self, ask: a.Ask) -> str:
        keys = ask.got or self._play(ask.texts, ask.stop_keys)
        limit = ask.most + (OVERRUN_KEYS if ask.finish else 0)
        while len(keys) < limit and not (ask.finish and keys.endswith(ask.finish)):
            key = self.line.wait_key(ask.seconds if len(keys) < ask.most else AFTER_LAST_DIGIT_SECONDS)
            if not key:
                break
            keys += key
        return keys

    def _find(self, by: str, value: str) -> a.Answer:
        if not value:
            return a.NotFound()
        try:
            if by == "number":
                found = tuple(self.records.customers_by_number(value, 2))
            else:
                customer = self.records.customer_by_account(value)
                found = (customer,) if customer else ()
        except RecordsAway:
            return a.Away()
        if len(found) > 1:
            return a.Several()
        return a.Found(found[0]) if found else a.NotFound()

    def _wait(self, wait: a.Wait, state: a.State) -> None:
        """Stay in line for good: the engine takes the caller away, which the line reports as CallerGone."""
        if not wait.again:
            self.line.put(STEP, state.step)
            self.line.put(QUEUE, wait.queue)
            self.tell(e.CallQueued(self.clock(), self.line.call, wait.queue, wait.priority))
            self._play(wait.texts)
        if wait.music:
            self.line.music(True)
        while True:
            self._let_pass(wait.every_seconds if wait.announce else LONGEST_WAIT_SECONDS)
            facts = {**state.facts, **waiting_facts(self.place(self.line.call))}
            texts, _ = a.spoken(wait.announce, facts)
            if texts:
                self._announce(texts, wait.music)

    def _let_pass(self, seconds: float) -> None:
        started = self.clock()
        while (left := seconds - (self.clock() - started).total_seconds()) > 0:
            if not self.line.wait_key(left):
                return

    def _announce(self, texts: tuple[str, ...], music: bool) -> None:
        if music:
            self.line.music(False)
        self._play(texts)
        if music:
            self.line.music(True)
