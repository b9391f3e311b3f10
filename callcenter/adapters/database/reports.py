"""Questions about past calls: lists, one call's story, the book of a day. Writes nothing, decides nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select

from callcenter.adapters.database.engine import Database
from callcenter.adapters.database.phones import e164
from callcenter.adapters.database.tables import CALLS, JOURNAL, KEYS_PRESSED, LEGS, RECORDINGS
from callcenter.domain.events import Outcome, event_from
from callcenter.domain.ids import AgentId, CallId, CustomerId, QueueId
from callcenter.service.ports import JournalRow


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call as a list shows it; `outcome` is None while it lives. Talk includes hold."""

    id: CallId
    number: str
    name: str
    dialed: str
    queue: QueueId | None
    agent: AgentId | None
    customer: CustomerId | None
    arrived_at: datetime
    queued_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    wait_seconds: int
    talk_seconds: int
    hold_seconds: int
    wrap_up_seconds: int
    code: str
    note: str
    recording: str | None
    source: str


@dataclass(frozen=True, slots=True)
class LegLine:
    """One offer of a call to an agent and what came of it."""

    agent: AgentId
    queue: QueueId | None
    why: str
    offered_at: datetime
    ringing_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    wrapped_up_at: datetime | None
    miss: str | None
    ended_by: str | None
    hold_seconds: int


@dataclass(frozen=True, slots=True)
class KeysLine:
    """Keys that the caller pressed at one step."""

    at: datetime
    step: str
    keys: str
    meaning: str


@dataclass(frozen=True, slots=True)
class CallStory:
    """One call with everything that is kept of it, in order."""

    call: CallLine
    legs: Sequence[LegLine]
    keys: Sequence[KeysLine]
    recordings: Sequence[str]


@dataclass(frozen=True, slots=True)
class DayBook:
    """The calls that arrived on one local day. `offered == live + sum(outcomes.values())`; every bucket is named."""

    day: date
    offered: int
    live: int
    outcomes: Mapping[str, int]


class Reports:
    """Asks the projections. Any thread; each question is one pooled connection. Every method raises RecordsAway."""

    def __init__(self, database: Database, zone: ZoneInfo) -> None:
        self._database, self._zone = database, zone

    def calls_between(
        self,
        since: datetime,
        until: datetime,
        *,
        outcome: Outcome | None = None,
        agent: AgentId | None = None,
        queue: QueueId | None = None,
        customer: CustomerId | None = None,
        number: str = "",
        after: CallLine | None = None,
        limit: int = 50,
    ) -> Sequence[CallLine]:
        """Return calls that arrived in [since, until), newest first; `after` is the last line of the page before."""
        wishes: list[ColumnElement[bool]] = [CALLS.c.arrived_at >= since, CALLS.c.arrived_at < until]
        exact = {"outcome": outcome, "agent": agent, "queue": queue, "customer": customer}
        wishes += [CALLS.c[name] == value for name, value in exact.items() if value is not None]
        if number:
            wishes.append(CALLS.c.number.in_({number, e164(number) or number}))
        if after is not None:
            same_moment = and_(CALLS.c.arrived_at == after.arrived_at, CALLS.c.id < after.id)
            wishes.append(or_(CALLS.c.arrived_at < after.arrived_at, same_moment))
        query = select(*CALL_COLUMNS).where(*wishes).order_by(CALLS.c.arrived_at.desc(), CALLS.c.id.desc())
        with self._database.reading() as connection:
            return [_line(row) for row in connection.execute(query.limit(limit))]

    def call(self, call: CallId) -> CallStory | None:
        """Return one call with its legs, keys and recordings, or None."""
        with self._database.reading() as connection:
            row = connection.execute(select(*CALL_COLUMNS).where(CALLS.c.id == call)).first()
            if row is None:
                return None
            legs = connection.execute(select(*LEG_COLUMNS).where(LEGS.c.call == call).order_by(LEGS.c.id)).all()
            keys = connection.execute(
                select(*KEYS_COLUMNS).where(KEYS_PRESSED.c.call == call).order_by(KEYS_PRESSED.c.id)
            ).all()
            paths = select(RECORDINGS.c.path).where(RECORDINGS.c.call == call).order_by(RECORDINGS.c.id)
            return CallStory(
                _line(row),
                [LegLine(*leg) for leg in legs],
                [KeysLine(*pressed) for pressed in keys],
                list(connection.scalars(paths)),
            )

    def book(self, day: date) -> DayBook:
        """Return the book of the calls that arrived on the local `day`."""
        since, until = self._bounds(day)
        query = (
            select(CALLS.c.outcome, func.count().label("calls"))
            .where(CALLS.c.arrived_at >= since, CALLS.c.arrived_at < until)
            .group_by(CALLS.c.outcome)
        )
        with self._database.reading() as connection:
            counts = {row.outcome: row.calls for row in connection.execute(query)}
        live = counts.pop(None, 0)
        outcomes = {str(outcome): counts.get(str(outcome), 0) for outcome in Outcome}
        return DayBook(day, live + sum(outcomes.values()), live, outcomes)

    def facts_of(self, day: date) -> Iterator[JournalRow]:
        """Yield the facts of the local `day` in seq order, for counters that a restart must fold again."""
        since, until = self._bounds(day)
        rows = select(JOURNAL).where(JOURNAL.c.at >= since, JOURNAL.c.at < until)
        with self._database.reading() as connection:
            found = connection.execute(rows.order_by(JOURNAL.c.seq)).all()
        return (JournalRow(row.seq, event_from(row.kind, row.at, row.body)) for row in found)

    def _bounds(self, day: date) -> tuple[datetime, datetime]:
        begin, end = (datetime.combine(which, time(), self._zone) for which in (day, day + timedelta(days=1)))
        return begin, end


CALL_COLUMNS = [CALLS.c[name] for name in CallLine.__dataclass_fields__]
LEG_COLUMNS = [LEGS.c[name] for name in LegLine.__dataclass_fields__]
KEYS_COLUMNS = [KEYS_PRESSED.c[name] for name in KeysLine.__dataclass_fields__]


def _line(row: Any) -> CallLine:
    return CallLine(*row)
