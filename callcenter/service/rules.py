"""What the organisation has decided, as plain values; read from its pack and never changed while running."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from callcenter.domain.ids import AgentId, QueueId


@dataclass(frozen=True, slots=True)
class QueueRule:
    """How one queue is run; all times in seconds."""

    id: QueueId
    zh: str
    en: str
    ring_seconds: int = 20
    wrap_up_seconds: int = 30
    short_abandon_seconds: int = 5
    service_level_seconds: int = 20
    service_level_target: float = 0.8


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an agent works: phone and queues."""

    agent: AgentId
    name: str
    extension: str
    queues: tuple[QueueId, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that the engine must know beforehand."""

    queues: Mapping[QueueId, QueueRule]
    seats: Mapping[AgentId, Seat]
    busy_reasons: frozenset[str] = frozenset()
    break_reasons: frozenset[str] = frozenset()
    wrap_up_codes: frozenset[str] = frozenset()
    after_sign_in: Literal["ready", "busy"] = "busy"
    rejoin_seconds: int = 10
    unknown_queue: QueueRule = field(default_factory=lambda: QueueRule(QueueId(""), "未知队列", "Unknown queue"))

    def queue(self, queue: QueueId | None) -> QueueRule:
        """Return the rule of a queue, or the defaults for one that left the configuration."""
        return self.queues.get(queue, self.unknown_queue) if queue else self.unknown_queue
