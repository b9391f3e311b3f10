"""A queue's line: who waits, in which order, and whether anybody is there to answer. Knows nothing of the switch."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from callcenter.domain.errors import IllegalMove
from callcenter.domain.ids import AgentId, CallId, QueueId


class QueueState(StrEnum):
    """STRANDED is an alarm: callers wait and nobody is signed in."""

    UNSTAFFED = "unstaffed"
    OPEN = "open"
    LINE = "line"
    STRANDED = "stranded"


class QueueTrigger(StrEnum):
    """What happens to a line."""

    CALLER_CAME = "caller_came"
    LINE_EMPTIED = "line_emptied"
    FIRST_AGENT_CAME = "first_agent_came"
    LAST_AGENT_LEFT = "last_agent_left"


S, T = QueueState, QueueTrigger

MOVES: Mapping[tuple[QueueState, QueueTrigger], QueueState] = {
    (S.UNSTAFFED, T.FIRST_AGENT_CAME): S.OPEN,
    (S.UNSTAFFED, T.CALLER_CAME): S.STRANDED,
    (S.OPEN, T.CALLER_CAME): S.LINE,
    (S.OPEN, T.LAST_AGENT_LEFT): S.UNSTAFFED,
    (S.LINE, T.CALLER_CAME): S.LINE,
    (S.LINE, T.LINE_EMPTIED): S.OPEN,
    (S.LINE, T.LAST_AGENT_LEFT): S.STRANDED,
    (S.STRANDED, T.CALLER_CAME): S.STRANDED,
    (S.STRANDED, T.LINE_EMPTIED): S.UNSTAFFED,
    (S.STRANDED, T.FIRST_AGENT_CAME): S.LINE,
}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A caller's place: higher priority first, then who came first."""

    rank: int
    since: datetime
    call: CallId


@dataclass(frozen=True, slots=True)
class Queue:
    """One line as it is now; `line` is kept in serving order."""

    id: QueueId
    state: QueueState = S.UNSTAFFED
    line: tuple[Place, ...] = ()
    agents: frozenset[AgentId] = frozenset()

    def place_of(self, call: CallId) -> int:
        """Return the caller's place counted from 1, or 0 when not in this line."""
        return next((number for number, place in enumerate(self.line, 1) if place.call == call), 0)

    @property
    def longest_since(self) -> datetime | None:
        """Return since when the longest waiting caller waits."""
        return min((place.since for place in self.line), default=None)


def step(state: QueueState, trigger: QueueTrigger) -> QueueState:
    """Return the state after `trigger`.

    Raises:
        IllegalMove: the table has no such move.
    """
    target = MOVES.get((state, trigger))
    if target is None:
        raise IllegalMove("queue", state, trigger)
    return target


def join(queue: Queue, call: CallId, priority: int, since: datetime) -> Queue:
    """Return the queue with the caller in line; joining again moves the caller by the new priority."""
    others = tuple(place for place in queue.line if place.call != call)
    line = tuple(sorted((*others, Place(-priority, since, call))))
    return replace(queue, line=line, state=step(queue.state, T.CALLER_CAME))


def leave(queue: Queue, call: CallId) -> Queue:
    """Return the queue without the caller; not in line is fine."""
    line = tuple(place for place in queue.line if place.call != call)
    emptied = bool(queue.line) and not line
    return replace(queue, line=line, state=step(queue.state, T.LINE_EMPTIED) if emptied else queue.state)


def sign_in(queue: Queue, agent: AgentId) -> Queue:
    """Return the queue with one more agent."""
    first = not queue.agents
    state = step(queue.state, T.FIRST_AGENT_CAME) if first else queue.state
    return replace(queue, agents=queue.agents | {agent}, state=state)


def sign_out(queue: Queue, agent: AgentId) -> Queue:
    """Return the queue without the agent."""
    last = queue.agents == {agent}
    state = step(queue.state, T.LAST_AGENT_LEFT) if last else queue.state
    return replace(queue, agents=queue.agents - {agent}, state=state)
