"""Facts: what happened, in the past tense. Each accepted fact is one row of the journal."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from callcenter.domain.ids import AgentId, CallId, ChannelName, CustomerId, QueueId, StepId


class Outcome(StrEnum):
    """The one bucket an inbound call ends in; the book adds them up (see `book.py`)."""

    ANSWERED = "answered"
    SERVED_IN_IVR = "served_in_ivr"
    LEFT_IN_IVR = "left_in_ivr"
    ABANDONED = "abandoned"
    SHORT_ABANDON = "short_abandon"
    CALLBACK = "callback"
    MESSAGE = "message"
    TRANSFERRED_OUT = "transferred_out"
    CLOSED = "closed"
    DEGRADED = "degraded"
    BLOCKED = "blocked"


class Miss(StrEnum):
    """Why an offered call was not answered by that agent."""

    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    WITHDRAWN = "withdrawn"
    """The caller gave up, or the switch took the call away: not the agent's doing."""


class Party(StrEnum):
    """Who did it."""

    AGENT = "agent"
    CALLER = "caller"
    SWITCH = "switch"
    SUPERVISOR = "supervisor"
    TIMEOUT = "timeout"
    RESYNC = "resync"
    """Read back from the switch after a gap; the moment is an estimate."""


class PhoneKind(StrEnum):
    """What rings at the agent's ear."""

    BROWSER = "browser"
    SIP = "sip"


@dataclass(frozen=True, slots=True)
class Event:
    """A fact. `at` is an aware time from the switch's own stamp where it gives one."""

    at: datetime
    registry: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls) -> None:
        Event.registry[kind_of(cls)] = cls


def kind_of(event: "Event | type[Event]") -> str:
    """Return the journal's word for a class of fact: `OfferMade` -> `offer_made`."""
    cls = event if isinstance(event, type) else type(event)
    return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def body_of(event: Event) -> dict[str, Any]:
    """Return every field but `at` as JSON values; `event_from` is its inverse."""
    return {f.name: _plain(getattr(event, f.name)) for f in fields(event) if f.name != "at"}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def event_from(kind: str, at: datetime, body: Mapping[str, Any]) -> Event:
    """Rebuild a fact from its journal row. Unknown keys are ignored so that old readers meet new rows.

    Raises:
        KeyError: `kind` is not a known fact.
    """
    cls = Event.registry[kind]
    return cls(
        at=at, **{f.name: _typed(f.type, body[f.name]) for f in fields(cls) if f.name in body and f.name != "at"}
    )


def _typed(annotation: Any, value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_typed(None, item) for item in value)
    if value is not None and isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return annotation(value)
    if value is not None and annotation in (datetime, datetime | None):
        return datetime.fromisoformat(value)
    return value


# --- a call ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallArrived(Event):
    """A caller reached a hotline number. `number` and `name` were filtered by the dialplan."""

    call: CallId
    channel: ChannelName
    number: str
    name: str
    dialed: str
    source: Party = Party.SWITCH


@dataclass(frozen=True, slots=True)
class StepEntered(Event):
    """The flow reached a step; `label` is the step's own words for people."""

    call: CallId
    flow: str
    step: StepId
    label: str = ""


@dataclass(frozen=True, slots=True)
class KeysPressed(Event):
    """The caller pressed keys at a step. `meaning` is the menu's word for them; secret keys arrive as `*`."""

    call: CallId
    step: StepId
    keys: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class CustomerIdentified(Event):
    """The caller was matched to one customer; `by` is `number`, `account` or `agent`."""

    call: CallId
    customer: CustomerId
    by: str


@dataclass(frozen=True, slots=True)
class CallServed(Event):
    """The flow gave the caller what the call was for; hanging up now is `served_in_ivr`."""

    call: CallId
    service: str


@dataclass(frozen=True, slots=True)
class CallQueued(Event):
    """The caller began to wait. A second CallQueued moves the caller to another queue at its end."""

    call: CallId
    queue: QueueId
    priority: int = 0


@dataclass(frozen=True, slots=True)
class CallReturned(Event):
    """The caller is back in the waiting session after an offer or a gap, with the old place."""

    call: CallId
    channel: ChannelName


@dataclass(frozen=True, slots=True)
class OfferMade(Event):
    """An agent was picked. `why` says it for people; `passed_over` holds `agent: reason` for the others."""

    call: CallId
    agent: AgentId
    queue: QueueId
    why: str
    passed_over: tuple[str, ...] = ()
    rejoin: bool = False


@dataclass(frozen=True, slots=True)
class OfferRinging(Event):
    """The agent's phone rings."""

    call: CallId
    agent: AgentId
    channel: ChannelName


@dataclass(frozen=True, slots=True)
class OfferExpired(Event):
    """The offer ended without an answer; the caller keeps the place."""

    call: CallId
    agent: AgentId
    cause: Miss


@dataclass(frozen=True, slots=True)
class OfferAnswered(Event):
    """Agent and caller are connected."""

    call: CallId
    agent: AgentId
    channel: ChannelName
    source: Party = Party.SWITCH


@dataclass(frozen=True, slots=True)
class CallHeld(Event):
    """The agent put the caller on hold."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True)
class CallResumed(Event):
    """The agent took the caller off hold."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True)
class RecordingStarted(Event):
    """The switch writes this talk to `path`, relative to the recordings folder."""

    call: CallId
    path: str


@dataclass(frozen=True, slots=True)
class LegLost(Event):
    """The agent's leg died without anybody hanging up (page reload, browser crash); the caller is kept."""

    call: CallId
    agent: AgentId


@dataclass(frozen=True, slots=True)
class TalkEnded(Event):
    """Agent and caller are apart for good."""

    call: CallId
    agent: AgentId
    by: Party


@dataclass(frozen=True, slots=True)
class CallDegraded(Event):
    """Our process was away and the dialplan rang the duty phones; `answered` says whether one picked up."""

    call: CallId
    answered: bool


@dataclass(frozen=True, slots=True)
class CallEnded(Event):
    """The caller's channel is gone. `outcome` is final; `cause` is the Q.850 cause (0 when unseen)."""

    call: CallId
    outcome: Outcome
    cause: int = 0
    source: Party = Party.SWITCH


@dataclass(frozen=True, slots=True)
class NoteSaved(Event):
    """The half-typed note of a call, kept on the server at each pause in typing."""

    call: CallId
    agent: AgentId
    text: str
    code: str = ""


# --- an agent -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgentSignedIn(Event):
    """签入 with a phone; `extension` is the PJSIP endpoint that rings."""

    agent: AgentId
    phone: PhoneKind
    extension: str
    queues: tuple[QueueId, ...]


@dataclass(frozen=True, slots=True)
class AgentSignedOut(Event):
    """签出."""

    agent: AgentId
    by: Party = Party.AGENT


@dataclass(frozen=True, slots=True)
class AgentReady(Event):
    """示闲: calls may come."""

    agent: AgentId
    by: Party = Party.AGENT


@dataclass(frozen=True, slots=True)
class AgentBusy(Event):
    """示忙 with a reason code of the pack."""

    agent: AgentId
    reason: str = ""
    by: Party = Party.AGENT


@dataclass(frozen=True, slots=True)
class AgentOnBreak(Event):
    """小休 with a reason code of the pack."""

    agent: AgentId
    reason: str
    by: Party = Party.AGENT


@dataclass(frozen=True, slots=True)
class WrapUpUntil(Event):
    """Wrap-up lasts until then; told at its start and again when the agent asks for more time."""

    agent: AgentId
    until: datetime


@dataclass(frozen=True, slots=True)
class WrapUpFinished(Event):
    """话后整理 ended; `code` is empty and `by` is timeout when nobody chose one (超时未小结)."""

    agent: AgentId
    call: CallId
    code: str
    note: str
    by: Party = Party.AGENT


@dataclass(frozen=True, slots=True)
class DesktopBack(Event):
    """A desk connected; `page` names one load of the page, so a reload is told from a network blip."""

    agent: AgentId
    page: str


@dataclass(frozen=True, slots=True)
class DesktopLost(Event):
    """The agent's last desk has been gone for longer than a blip."""

    agent: AgentId


@dataclass(frozen=True, slots=True)
class PhoneSeen(Event):
    """The agent's phone registered with the switch, or its registration went away."""

    agent: AgentId
    up: bool


# --- the switch -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SwitchLost(Event):
    """The AMI link is gone or silent: nothing that is shown about calls is sure from here on."""

    why: str


@dataclass(frozen=True, slots=True)
class SwitchBack(Event):
    """The AMI link is up and the picture was read back from the switch."""

    calls: int
