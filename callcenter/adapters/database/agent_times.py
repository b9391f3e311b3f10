"""What each agent was doing, from the same MOVES table that moves the live agents. Knows nothing of calls' rows."""

from typing import Any

from sqlalchemy import Connection, delete, select, update

from callcenter.adapters.database.insert_once import insert_once
from callcenter.adapters.database.tables import AGENT_TIMES
from callcenter.domain import events as e
from callcenter.domain.agent import MOVES, Agent, AgentState, signed_out, step
from callcenter.domain.errors import IllegalMove
from callcenter.domain.ids import AgentId

MOVERS: frozenset[type[e.Event]] = frozenset(
    e.OfferExpired if isinstance(trigger, e.Miss) else trigger
    for (state, trigger), target in MOVES.items()
    if target is not state
)
"""Facts that can change an agent's state."""


def note_agent_time(connection: Connection, seq: int, event: Any) -> None:
    """End the agent's running row and begin the next, when `event` moves the agent; else do nothing."""
    open_row = connection.execute(
        select(AGENT_TIMES).where(AGENT_TIMES.c.agent == event.agent, AGENT_TIMES.c.ended_at.is_(None))
    ).first()
    if open_row is not None and open_row.id >= seq:
        return
    before = _agent_of(event.agent, open_row, event)
    try:
        after = step(before, event)
    except IllegalMove:
        return
    if (after.state, after.reason, after.cause) == (before.state, before.reason, before.cause):
        return
    if open_row is not None:
        _end(connection, open_row, event)
    if after.state is not AgentState.SIGNED_OUT:
        connection.execute(
            insert_once(connection, AGENT_TIMES).values(
                id=seq,
                agent=event.agent,
                state=str(after.state),
                reason=after.reason,
                cause=str(after.cause),
                started_at=event.at,
                call=getattr(event, "call", None),
            )
        )


def _agent_of(agent: AgentId, row: Any, event: e.Event) -> Agent:
    if row is None:
        return signed_out(agent, event.at)
    return Agent(agent, AgentState(row.state), row.started_at, row.started_at, reason=row.reason, cause=row.cause)


def _end(connection: Connection, row: Any, event: e.Event) -> None:
    if event.at <= row.started_at:
        connection.execute(delete(AGENT_TIMES).where(AGENT_TIMES.c.id == row.id))
    else:
        connection.execute(update(AGENT_TIMES).where(AGENT_TIMES.c.id == row.id).values(ended_at=event.at))
