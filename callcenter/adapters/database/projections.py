"""Facts into calls, legs, keys pressed, agent times and recordings. Reads nothing but its own rows, so that a rebuild
from the journal gives the same tables. Each function may meet the same fact twice without harm."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from callcenter.adapters.database.agent_times import MOVERS, note_agent_time
from callcenter.adapters.database.engine import Database, is_away
from callcenter.adapters.database.insert_once import insert_once
from callcenter.adapters.database.tables import CALLS, JOURNAL, KEYS_PRESSED, LEGS, PROJECTIONS, RECORDINGS
from callcenter.domain import events as e

REBUILD_ROWS = 2000
log = logging.getLogger(__name__)


def project(connection: Connection, seq: int, event: e.Event) -> None:
    """Bring every table up to date with one fact. Raises whatever the fact breaks."""
    if of_call := CALL_FACTS.get(type(event)):
        of_call(connection, seq, event)
    if type(event) in MOVERS:
        note_agent_time(connection, seq, event)


def project_guarded(connection: Connection, seq: int, event: e.Event) -> bool:
    """Project behind a savepoint; return False, with a line in the log, when the fact broke a projection."""
    try:
        with connection.begin_nested():
            project(connection, seq, event)
    except Exception as error:
        if is_away(error):
            raise
        log.exception("a fact broke a projection", extra={"seq": seq, "kind": e.kind_of(event)})
        return False
    return True


def rebuild(database: Database) -> int:
    """Recompute every projection from the journal in one transaction; return how many facts broke a projection.

    Readers see the old tables until the end; meanwhile the journal's spool grows.
    """
    broken, seq = 0, 0
    with database.writing() as connection:
        for table in PROJECTIONS:
            connection.execute(delete(table))
        while rows := connection.execute(
            select(JOURNAL).where(JOURNAL.c.seq > seq).order_by(JOURNAL.c.seq).limit(REBUILD_ROWS)
        ).all():
            for row in rows:
                seq = row.seq
                fact = known_fact(row.kind, row.at, row.body)
                broken += fact is None or not project_guarded(connection, seq, fact)
    return broken


def known_fact(kind: str, at: datetime, body: Mapping[str, Any]) -> e.Event | None:
    """Return the fact of a journal row, or None for a kind or a shape that this version does not know."""
    try:
        return e.event_from(kind, at, body)
    except (KeyError, TypeError, ValueError):
        log.exception("a journal row cannot be read as a fact", extra={"kind": kind})
        return None


# --- the call --------------------------------------------------------------------------------------


def _call_arrived(connection: Connection, _seq: int, event: e.CallArrived) -> None:
    connection.execute(
        insert_once(connection, CALLS).values(
            id=event.call,
            number=event.number,
            name=event.name,
            dialed=event.dialed,
            arrived_at=event.at,
            source=str(event.source),
        )
    )


def _keys_pressed(connection: Connection, seq: int, event: e.KeysPressed) -> None:
    connection.execute(
        insert_once(connection, KEYS_PRESSED).values(
            id=seq, call=event.call, at=event.at, step=event.step, keys=event.keys, meaning=event.meaning
        )
    )


def _customer_identified(connection: Connection, _seq: int, event: e.CustomerIdentified) -> None:
    _set(connection, event.call, customer=event.customer)


def _call_served(connection: Connection, _seq: int, event: e.CallServed) -> None:
    _set(connection, event.call, service=event.service)


def _call_queued(connection: Connection, _seq: int, event: e.CallQueued) -> None:
    call = _call(connection, event.call)
    if call is not None:
        _set(connection, event.call, queue=event.queue, queued_at=call.queued_at or event.at)


def _recording_started(connection: Connection, seq: int, event: e.RecordingStarted) -> None:
    connection.execute(
        insert_once(connection, RECORDINGS).values(id=seq, call=event.call, path=event.path, started_at=event.at)
    )
    connection.execute(
        update(CALLS).where(CALLS.c.id == event.call, CALLS.c.recording.is_(None)).values(recording=event.path)
    )


def _note_saved(connection: Connection, _seq: int, event: e.NoteSaved) -> None:
    _set(connection, event.call, note=event.text, code=event.code)


def _call_ended(connection: Connection, _seq: int, event: e.CallEnded) -> None:
    # A call whose arrival was never seen still belongs in the book.
    connection.execute(
        insert_once(connection, CALLS).values(id=event.call, arrived_at=event.at, source=str(e.Party.RESYNC))
    )
    call = _call(connection, event.call)
    if call is None or call.ended_at is not None:
        return
    values: dict[str, Any] = {"ended_at": event.at, "outcome": str(event.outcome), "cause": event.cause}
    if call.queued_at is not None and call.answered_at is None:
        values["wait_seconds"] = _seconds(call.queued_at, event.at)
    if event.source is e.Party.RESYNC:
        values["source"] = str(event.source)
    _set(connection, event.call, **values)


# --- its legs --------------------------------------------------------------------------------------


def _offer_made(connection: Connection, seq: int, event: e.OfferMade) -> None:
    connection.execute(
        insert_once(connection, LEGS).values(
            id=seq,
            call=event.call,
            agent=event.agent,
            queue=event.queue,
            why=event.why,
            rejoin=event.rejoin,
            offered_at=event.at,
        )
    )


def _offer_ringing(connection: Connection, _seq: int, event: e.OfferRinging) -> None:
    if leg := _open_leg(connection, event.call, event.agent):
        _set_leg(connection, leg, ringing_at=leg.ringing_at or event.at)


def _offer_expired(connection: Connection, _seq: int, event: e.OfferExpired) -> None:
    if leg := _open_leg(connection, event.call, event.agent):
        _set_leg(connection, leg, ended_at=event.at, miss=str(event.cause))


def _offer_answered(connection: Connection, seq: int, event: e.OfferAnswered) -> None:
    if leg := _open_leg(connection, event.call, event.agent):
        _set_leg(connection, leg, answered_at=leg.answered_at or event.at)
    elif not any(leg.answered_at == event.at for leg in _legs(connection, event.call)):
        connection.execute(
            insert_once(connection, LEGS).values(
                id=seq, call=event.call, agent=event.agent, offered_at=event.at, answered_at=event.at
            )
        )
    call = _call(connection, event.call)
    if call is None:
        return
    values: dict[str, Any] = {"agent": event.agent}
    if call.answered_at is None:
        values["answered_at"] = event.at
        values["wait_seconds"] = _seconds(call.queued_at or event.at, event.at)
    _set(connection, event.call, **values)


def _call_held(connection: Connection, _seq: int, event: e.CallHeld) -> None:
    if leg := _open_leg(connection, event.call, event.agent):
        _set_leg(connection, leg, held_at=leg.held_at or event.at)


def _call_resumed(connection: Connection, _seq: int, event: e.CallResumed) -> None:
    if leg := _open_leg(connection, event.call, event.agent):
        _set_leg(connection, leg, held_at=None, hold_seconds=_held_until(leg, event.at))
        _add_up(connection, event.call)


def _leg_lost(connection: Connection, _seq: int, event: e.LegLost) -> None:
    _end_leg(connection, event, "leg_lost")


def _talk_ended(connection: Connection, _seq: int, event: e.TalkEnded) -> None:
    _end_leg(connection, event, str(event.by))


def _wrap_up_finished(connection: Connection, _seq: int, event: e.WrapUpFinished) -> None:
    legs = [leg for leg in _legs(connection, event.call) if leg.agent == event.agent and leg.answered_at]
    if legs and legs[-1].wrapped_up_at is None:
        _set_leg(connection, legs[-1], wrapped_up_at=event.at)
    _set(connection, event.call, code=event.code, note=event.note)
    _add_up(connection, event.call)


def _end_leg(connection: Connection, event: e.LegLost | e.TalkEnded, by: str) -> None:
    if leg := _open_leg(connection, event.call, event.agent):
        _set_leg(connection, leg, held_at=None, hold_seconds=_held_until(leg, event.at), ended_at=event.at, ended_by=by)
        _add_up(connection, event.call)


def _add_up(connection: Connection, call: str) -> None:
    """Set the call's seconds to the sums over its legs; adding twice changes nothing."""
    talked = [leg for leg in _legs(connection, call) if leg.answered_at and leg.ended_at]
    _set(
        connection,
        call,
        talk_seconds=sum(_seconds(leg.answered_at, leg.ended_at) for leg in talked),
        hold_seconds=sum(leg.hold_seconds for leg in talked),
        wrap_up_seconds=sum(_seconds(leg.ended_at, leg.wrapped_up_at) for leg in talked if leg.wrapped_up_at),
    )


def _call(connection: Connection, call: str) -> Any:
    return connection.execute(
        select(CALLS.c.queued_at, CALLS.c.answered_at, CALLS.c.ended_at).where(CALLS.c.id == call)
    ).first()


def _set(connection: Connection, call: str, **values: Any) -> None:
    connection.execute(update(CALLS).where(CALLS.c.id == call).values(**values))


def _legs(connection: Connection, call: str) -> list[Any]:
    return list(connection.execute(select(LEGS).where(LEGS.c.call == call).order_by(LEGS.c.id)).all())


def _open_leg(connection: Connection, call: str, agent: str) -> Any:
    mine = [leg for leg in _legs(connection, call) if leg.agent == agent and leg.ended_at is None]
    return mine[-1] if mine else None


def _set_leg(connection: Connection, leg: Any, **values: Any) -> None:
    connection.execute(update(LEGS).where(LEGS.c.id == leg.id).values(**values))


def _held_until(leg: Any, at: datetime) -> int:
    held: int = leg.hold_seconds
    return held if leg.held_at is None else held + _seconds(leg.held_at, at)


def _seconds(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds()))


CALL_FACTS: Mapping[type[e.Event], Callable[[Connection, int, Any], None]] = {
    e.CallArrived: _call_arrived,
    e.KeysPressed: _keys_pressed,
    e.CustomerIdentified: _customer_identified,
    e.CallServed: _call_served,
    e.CallQueued: _call_queued,
    e.OfferMade: _offer_made,
    e.OfferRinging: _offer_ringing,
    e.OfferExpired: _offer_expired,
    e.OfferAnswered: _offer_answered,
    e.CallHeld: _call_held,
    e.CallResumed: _call_resumed,
    e.RecordingStarted: _recording_started,
    e.LegLost: _leg_lost,
    e.TalkEnded: _talk_ended,
    e.CallEnded: _call_ended,
    e.NoteSaved: _note_saved,
    e.WrapUpFinished: _wrap_up_finished,
}
