"""What the interpreter wants done on the line, and what may come back. Plain values: the line itself is elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcenter.domain.customer import Customer
from callcenter.domain.flow.conditions import holds
from callcenter.domain.flow.facts import Facts, Value
from callcenter.domain.flow.steps import Prompts
from callcenter.domain.flow.texts import BadText, MissingFact, fill
from callcenter.domain.ids import CustomerId, QueueId, StepId

# --- acts: one a turn -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Play:
    """Play `texts` in order; a key of `stop_keys` ends all of them. Answer: Keys (that key or '')."""

    texts: tuple[str, ...]
    stop_keys: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """Play, then wait for keys. Answer: Keys.

    A key of `stop_keys` ends the playing and is the first one. Then keys are awaited, each up to `seconds`, until
    `most` digits, the key `finish` (which is part of the answer) or silence. `got` was typed ahead. `secret` keys must
    not be logged.
    """

    texts: tuple[str, ...]
    stop_keys: str
    most: int
    seconds: float
    finish: str = ""
    got: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Find:
    """Find customers by `number` or `account`. Answer: Found, NotFound, Several or Away."""

    by: str
    value: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for an agent in `queue` until the caller is taken away or gives up. There is no answer.

    `again` means that the caller was already waiting: nothing is said at the start. `announce` is filled with the
    facts of the moment each time.
    """

    queue: QueueId
    priority: int = 0
    texts: tuple[str, ...] = ()
    announce: Prompts = ()
    every_seconds: float = 30
    music: bool = True
    again: bool = False


@dataclass(frozen=True, slots=True)
class End:
    """Say goodbye; the flow is over. There is no answer."""

    texts: tuple[str, ...] = ()


Act = Play | Ask | Find | Wait | End

# --- answers --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Keys:
    """What was pressed, the finish key included; '' is silence."""

    keys: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Exactly one customer."""

    customer: Customer


@dataclass(frozen=True, slots=True)
class NotFound:
    """No customer."""


@dataclass(frozen=True, slots=True)
class Several:
    """More than one customer; nothing may be told about any of them."""


@dataclass(frozen=True, slots=True)
class Away:
    """The records did not answer."""


Answer = Keys | Found | NotFound | Several | Away

# --- facts to tell --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entered:
    """The caller reached a step that speaks, asks, looks up or waits."""

    step: StepId
    label: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """The caller pressed keys; secret ones arrive as `*`."""

    step: StepId
    keys: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Identified:
    """The caller is this customer."""

    customer: CustomerId
    by: str


@dataclass(frozen=True, slots=True)
class Served:
    """The caller got what the call was for."""

    service: str


Told = Entered | Pressed | Identified | Served

# --- a turn ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class State:
    """Where a caller is. `ahead` are keys typed before they were asked for; `idle` counts steps since the last key."""

    step: StepId
    facts: Mapping[str, Value]
    tries: int = 0
    ahead: str = ""
    idle: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One move of the interpreter: tell `told`, then do `act`, then advance with its answer.

    `broken` are prompts that had to be left out because a fact was missing; the call goes on without them.
    """

    state: State
    act: Act
    told: tuple[Told, ...] = ()
    broken: tuple[str, ...] = field(default=())


def spoken(prompts: Prompts, facts: Facts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the texts to say now, and the prompts left out because a fact was missing."""
    texts, broken = [], []
    for prompt in prompts:
        if prompt.when is not None and not holds(prompt.when, facts):
            continue
        try:
            texts.append(fill(prompt.text, facts))
        except (MissingFact, BadText):
            broken.append(prompt.text)
    return tuple(texts), tuple(broken)
