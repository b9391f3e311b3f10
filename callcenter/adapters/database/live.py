"""Remembers which calls and agents are live, so that a restart reads their facts and nothing else.

Written in the journal's own transaction, from the facts alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, func, or_, select, update

from callcenter.adapters.database.insert_once import insert_once
from callcenter.adapters.database.tables import JOURNAL, LIVE_AGENTS, LIVE_CALLS
from callcenter.domain import events as e

CHUNK = 400


def note_live(connection: Connection, seq: int, event: e.Event) -> None:
    """Keep the list of the living in step with one fact; most facts cost a dictionary look-up."""
    if deed := DEEDS.get(type(event)):
        deed(connection, seq, event)


def rows_of_the_living(connection: Connection) -> list[Any]:
    """Return the journal rows that `DatabaseJournal.open_rows` promises, in seq order."""
    live = set(connection.scalars(select(LIVE_CALLS.c.call)))
    at_work = {row.agent: row for row in connection.execute(select(LIVE_AGENTS))}
    calls = live | {call for row in at_work.values() for call in (row.last_call, row.wrapping) if call}
    found: dict[int, Any] = {}
    for part in _parts(sorted(calls)):
        found.update((row.seq, row) for row in connection.execute(select(JOURNAL).where(JOURNAL.c.call.in_(part))))
    since = {agent: row.since_seq for agent, row in at_work.items()}
    for row in sorted(found.values(), key=lambda row: row.seq):
        if row.agent is not None and row.agent not in since and row.call in live:
            since[row.agent] = _sign_in_before(connection, row.agent, row.seq)
    for part in _parts(since.items()):
        own = or_(*(and_(JOURNAL.c.agent == agent, JOURNAL.c.seq >= seq) for agent, seq in part))
        rows = connection.execute(select(JOURNAL).where(JOURNAL.c.call.is_(None), own))
        found.update((row.seq, row) for row in rows)
    return [found[seq] for seq in sorted(found)]


def _sign_in_before(connection: Connection, agent: str, seq: int) -> int:
    """Return the sign-in under which an agent, who has left since, had to do with a call; `seq` itself when none."""
    signed_in = JOURNAL.c.kind == e.kind_of(e.AgentSignedIn)
    own = (JOURNAL.c.agent == agent) & JOURNAL.c.call.is_(None) & (JOURNAL.c.seq < seq)
    return connection.scalar(select(func.max(JOURNAL.c.seq)).where(own, signed_in)) or seq


def _parts(items: Iterable[Any]) -> Iterator[list[Any]]:
    rest = list(items)
    for start in range(0, len(rest), CHUNK):
        yield rest[start : start + CHUNK]


def _call_arrived(connection: Connection, _seq: int, event: e.CallArrived) -> None:
    connection.execute(insert_once(connection, LIVE_CALLS).values(call=event.call))


def _call_ended(connection: Connection, _seq: int, event: e.CallEnded) -> None:
    connection.execute(update(LIVE_CALLS).where(LIVE_CALLS.c.call == event.call).values(ended=True))
    _forget_finished(connection)


def _signed_in(connection: Connection, seq: int, event: e.AgentSignedIn) -> None:
    connection.execute(delete(LIVE_AGENTS).where(LIVE_AGENTS.c.agent == event.agent))
    connection.execute(insert_once(connection, LIVE_AGENTS).values(agent=event.agent, since_seq=seq))
    _forget_finished(connection)


def _signed_out(connection: Connection, _seq: int, event: e.AgentSignedOut) -> None:
    connection.execute(delete(LIVE_AGENTS).where(LIVE_AGENTS.c.agent == event.agent))
    _forget_finished(connection)


def _offered(connection: Connection, _seq: int, event: e.OfferMade | e.OfferAnswered) -> None:
    _set(connection, event.agent, last_call=event.call)


def _talk_ended(connection: Connection, _seq: int, event: e.TalkEnded) -> None:
    _set(connection, event.agent, wrapping=event.call)
    _forget_finished(connection)


def _wrapped_up(connection: Connection, _seq: int, event: e.WrapUpFinished) -> None:
    _set(connection, event.agent, wrapping=None)
    _forget_finished(connection)


def _set(connection: Connection, agent: str, **values: str | None) -> None:
    connection.execute(update(LIVE_AGENTS).where(LIVE_AGENTS.c.agent == agent).values(**values))


def _forget_finished(connection: Connection) -> None:
    """Drop ended calls that nobody wraps up. The table holds live calls only, so this stays small."""
    wrapped_up_now = exists().where(LIVE_AGENTS.c.wrapping == LIVE_CALLS.c.call)
    connection.execute(delete(LIVE_CALLS).where(LIVE_CALLS.c.ended, ~wrapped_up_now))


DEEDS: Mapping[type[e.Event], Callable[[Connection, int, Any], None]] = {
    e.CallArrived: _call_arrived,
    e.CallEnded: _call_ended,
    e.AgentSignedIn: _signed_in,
    e.AgentSignedOut: _signed_out,
    e.OfferMade: _offered,
    e.OfferAnswered: _offered,
    e.TalkEnded: _talk_ended,
    e.WrapUpFinished: _wrapped_up,
}
