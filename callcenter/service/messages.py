"""What the outside tells the engine besides facts and commands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callcenter.domain.ids import AgentId, CallId
from callcenter.domain.orders import Order
from callcenter.service.ports import LiveChannel


@dataclass(frozen=True, slots=True)
class TimerRang:
    """A timer that the engine had started came due."""

    name: str


@dataclass(frozen=True, slots=True)
class OrderFailed:
    """The switch did not carry out an order; `gone` says that the channel no longer exists."""

    order: Order
    why: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Every channel of the switch and every registered phone, asked for at `asked_at`: the truth after a gap."""

    asked_at: datetime
    channels: Sequence[LiveChannel]
    phones: frozenset[str]


@dataclass(frozen=True, slots=True)
class PassedBy:
    """A call found in the switch's own records that nobody of us had seen."""

    call: CallId
    dialed: str
    arrived_at: datetime
    ended_at: datetime
    answered: bool


@dataclass(frozen=True, slots=True)
class DeskOpened:
    """A desk page connected; `page` is its load id."""

    agent: AgentId
    page: str


@dataclass(frozen=True, slots=True)
class DeskClosed:
    """The agent's last desk page went away; it may come back at once."""

    agent: AgentId
