"""The words of the flow language as frozen values. A flow is a set of named steps; each says where it goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcenter.domain.flow.conditions import Condition
from callcenter.domain.ids import QueueId, StepId

KEYS = "0123456789*#"

Path = tuple[str | int, ...]
"""Where a value stands in a flow's file: `("steps", "main", "choices", "1", "goto")`."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to say. `recording` names a sound of the pack that beats the voice; `when` may leave it out."""

    text: str
    recording: str = ""
    when: Condition | None = None


Prompts = tuple[Prompt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`label` is the step's name for people (the desk's key caps, the board)."""

    id: StepId
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Step):
    """Say something. With `barge_in` a key cuts it short and is kept for the next question."""

    say: Prompts
    next: StepId
    barge_in: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """What a key means."""

    label: str
    goto: StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Step):
    """What menu and gather share: ask, wait, and after `tries` failures go to `on_failure`."""

    say: Prompts
    on_wrong: Prompts
    on_silence: Prompts
    on_failure: StepId
    tries: int = 3
    timeout_seconds: float = 5
    barge_in: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Question):
    """One key out of `choices`."""

    choices: Mapping[str, Choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gather(Question):
    """Several digits into the fact `into`. `secret` digits are told as `*` and never kept."""

    into: str
    min_digits: int
    max_digits: int
    next: StepId
    finish: str = "#"
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(Step):
    """Find the customer by the fact `key`; `by` says what it is: the caller's `number` or an `account`.

    `several` is for a number that more than one customer has; `away` for records that do not answer.
    """

    by: str
    key: str
    found: StepId
    not_found: StepId
    several: StepId
    away: StepId


@dataclass(frozen=True, slots=True)
class Case:
    """One way out of a branch."""

    when: Condition
    goto: StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Step):
    """The first case that holds, else `otherwise`."""

    cases: tuple[Case, ...]
    otherwise: StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(Step):
    """Wait for an agent: `say` once, then music, and `announce` every `every_seconds`. Higher `priority` goes first."""

    queue: QueueId
    priority: int = 0
    say: Prompts = ()
    announce: Prompts = ()
    every_seconds: float = 30
    music: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(Step):
    """The caller got what the call was for; hanging up from here on is a success."""

    service: str
    next: StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class Goto(Step):
    """Go on elsewhere."""

    goto: StepId


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Step):
    """Say goodbye and end the call."""

    say: Prompts = ()


@dataclass(frozen=True, slots=True)
class Position:
    """Line and column in a file, from 1; 0 when unknown."""

    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """A menu tree. `file` and `positions` serve the words of the checker only."""

    id: str
    label: str
    start: StepId
    steps: Mapping[StepId, Step]
    file: str = ""
    positions: Mapping[Path, Position] = field(default_factory=dict, compare=False, repr=False)

    def position(self, path: Path) -> Position:
        """Return where `path` stands in the file, or the nearest known place around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.positions:
                return self.positions[path[:length]]
        return Position()


def prompts_of(step: Step) -> tuple[tuple[str, Prompts], ...]:
    """Return every prompt list of a step with the name of its field, in the order of speaking."""
    match step:
        case Question():
            return ("say", step.say), ("on_wrong", step.on_wrong), ("on_silence", step.on_silence)
        case Queue():
            return ("say", step.say), ("announce", step.announce)
        case Say() | HangUp():
            return (("say", step.say),)
        case _:
            return ()


def fixed_texts(flow: Flow) -> tuple[str, ...]:
    """Return each prompt text without slots once, in file order: what can be rendered before anybody calls."""
    texts = (p.text for step in flow.steps.values() for _, prompts in prompts_of(step) for p in prompts)
    return tuple(dict.fromkeys(text for text in texts if "{" not in text))


def recordings(flow: Flow) -> dict[str, str]:
    """Return text -> name of the recording that replaces it, for every prompt that names one."""
    every = (p for step in flow.steps.values() for _, prompts in prompts_of(step) for p in prompts)
    return {p.text: p.recording for p in every if p.recording}
