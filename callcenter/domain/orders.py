"""Orders: what the core asks the outside to do. Each may fail; the answer comes back as a fact."""

from dataclasses import dataclass
from datetime import datetime

from callcenter.domain.ids import AgentId, CallId, ChannelName


@dataclass(frozen=True, slots=True)
class Order:
    """Asked once; carrying it out twice must do no harm."""


@dataclass(frozen=True, slots=True)
class ConnectCaller(Order):
    """Move the waiting caller to a Dial of the agent's phone; back to waiting when nobody answers."""

    call: CallId
    channel: ChannelName
    agent: AgentId
    extension: str
    ring_seconds: int
    auto_answer: bool = False


@dataclass(frozen=True, slots=True)
class ReturnToWaiting(Order):
    """Move the caller back into the waiting session (an agent's leg died)."""

    call: CallId
    channel: ChannelName


@dataclass(frozen=True, slots=True)
class HangUpChannel(Order):
    """Hang up one channel; gone already is fine."""

    channel: ChannelName


@dataclass(frozen=True, slots=True)
class MuteChannel(Order):
    """Stop or restart what this channel sends into the bridge."""

    channel: ChannelName
    on: bool


@dataclass(frozen=True, slots=True)
class StartTimer(Order):
    """Ring `name` at `at`; the same name again moves it."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StopTimer(Order):
    """Forget `name`; unknown is fine."""

    name: str


@dataclass(frozen=True, slots=True)
class ReadBack(Order):
    """Read every channel from the switch and bring the picture to the engine."""
