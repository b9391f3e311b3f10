"""Facts become calls, legs, keys and agent times; a rebuild from the journal gives exactly the same tables."""

import itertools
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from callcenter.adapters.database.engine import Database
from callcenter.adapters.database.journal import DatabaseJournal
from callcenter.adapters.database.projections import project, rebuild
from callcenter.adapters.database.reports import Reports
from callcenter.adapters.database.tables import AGENT_TIMES, CALLS, LEGS, PROJECTIONS
from callcenter.domain import events as e
from callcenter.domain.ids import AgentId, CallId
from tests.fakes.histories import at, ended, missed, offered, rows, signed_in, talked, waiting, whole_call, wrapped_up

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 20)


def journalled(database: Database, facts: list[e.Event], spool: Path) -> DatabaseJournal:
    journal = DatabaseJournal(database, spool)
    journal.append(rows(facts))
    journal.wait_until_committed(60)
    assert journal.projection_faults == 0
    return journal


def picture(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in PROJECTIONS
        }


def test_the_seconds_of_an_answered_call(database: Database, tmp_path: Path) -> None:
    journal = journalled(database, signed_in("8001") + whole_call("c1", "8001", 10), tmp_path / "spool")
    story = Reports(database, SHANGHAI).call(CallId("c1"))
    assert story is not None
    call = story.call
    assert (call.wait_seconds, call.talk_seconds, call.hold_seconds, call.wrap_up_seconds) == (30, 100, 10, 25)
    assert (call.outcome, call.agent, call.queue, call.customer) == ("answered", "8001", "repair", 1)
    assert (call.code, call.note, call.recording) == ("leak", "已派单", "2026/11/20/c1.wav")
    assert call.arrived_at == at(10)
    assert call.arrived_at.tzinfo is UTC
    assert [(leg.agent, leg.miss, leg.ended_by, leg.hold_seconds) for leg in story.legs] == [
        ("8001", None, "caller", 10)
    ]
    assert [(keys.keys, keys.meaning) for keys in story.keys] == [("2", "报修")]
    assert list(story.recordings) == ["2026/11/20/c1.wav"]
    assert journal.close()


def test_two_offers_are_two_legs_and_the_agent_times_have_no_gap(database: Database, tmp_path: Path) -> None:
    facts = signed_in("8001") + signed_in("8002", 5) + waiting("c1", 10)
    facts += offered("c1", "8001", 40) + missed("c1", "8001", 60) + offered("c1", "8002", 61)
    facts += talked("c1", "8002", 70) + ended("c1", 170) + wrapped_up("c1", "8002", 200)
    facts += [e.AgentBusy(at(210), AgentId("8002"), "toilet"), e.AgentSignedOut(at(220), AgentId("8002"))]
    journal = journalled(database, facts, tmp_path / "spool")
    with database.reading() as connection:
        legs = connection.execute(select(LEGS.c.agent, LEGS.c.miss).order_by(LEGS.c.id)).all()
        times = connection.execute(select(AGENT_TIMES).order_by(AGENT_TIMES.c.id)).all()
    assert [tuple(leg) for leg in legs] == [("8001", "no_answer"), ("8002", None)]
    first = [(row.state, row.cause) for row in times if row.agent == "8001"]
    assert first == [("busy", ""), ("ready", "agent"), ("ringing", ""), ("not_responding", "no_answer")]
    second = [row for row in times if row.agent == "8002"]
    assert [row.state for row in second] == [
        "busy", "ready", "ringing", "talking", "holding", "talking", "wrap_up", "ready", "busy",
    ]  # fmt: skip
    assert all(a.ended_at == b.started_at for a, b in itertools.pairwise(second))
    assert second[-1].ended_at == at(220)
    assert second[-1].reason == "toilet"
    assert journal.close()


def test_a_caller_who_gives_up_has_waited(database: Database, tmp_path: Path) -> None:
    facts = waiting("c1", 0) + ended("c1", 65, e.Outcome.ABANDONED)
    journal = journalled(database, facts, tmp_path / "spool")
    story = Reports(database, SHANGHAI).call(CallId("c1"))
    assert story is not None
    assert (story.call.outcome, story.call.wait_seconds, story.call.talk_seconds) == ("abandoned", 45, 0)
    assert journal.close()


def test_a_call_that_is_only_seen_ending_is_in_the_book(database: Database, tmp_path: Path) -> None:
    journal = journalled(database, ended("c9", 5, e.Outcome.DEGRADED), tmp_path / "spool")
    book = Reports(database, SHANGHAI).book(DAY)
    assert (book.offered, book.live, book.outcomes["degraded"]) == (1, 0, 1)
    assert journal.close()


def test_the_book_of_a_day_ends_at_midnight_of_the_place(database: Database, tmp_path: Path) -> None:
    def call_at(name: str, when: datetime) -> e.Event:
        return e.CallArrived(when, CallId(name), e.ChannelName("x"), "1", "", "96777")

    facts = [
        call_at("before", datetime(2026, 11, 19, 15, 59, 59, 999_999, tzinfo=UTC)),
        call_at("first", datetime(2026, 11, 19, 16, 0, tzinfo=UTC)),
        call_at("last", datetime(2026, 11, 20, 15, 59, 59, 999_999, tzinfo=UTC)),
        call_at("after", datetime(2026, 11, 20, 16, 0, tzinfo=UTC)),
        e.CallEnded(datetime(2026, 11, 20, 16, 5, tzinfo=UTC), CallId("last"), e.Outcome.SERVED_IN_IVR),
    ]
    journal = journalled(database, facts, tmp_path / "spool")
    book = Reports(database, SHANGHAI).book(DAY)
    assert (book.offered, book.live, book.outcomes["served_in_ivr"]) == (2, 1, 1)
    assert set(book.outcomes) == set(e.Outcome)
    assert book.offered == book.live + sum(book.outcomes.values())
    assert [row.seq for row in Reports(database, SHANGHAI).facts_of(DAY)] == [2, 3]
    assert journal.close()


def test_lists_of_calls_page_without_gap_or_double(database: Database, tmp_path: Path) -> None:
    facts = [fact for n in range(30) for fact in waiting(f"c{n:02d}", n // 3, f"+86168000000{n % 2:02d}")]
    facts += ended("c07", 100, e.Outcome.ABANDONED)
    journal = journalled(database, facts, tmp_path / "spool")
    reports = Reports(database, SHANGHAI)
    seen: list[str] = []
    page = reports.calls_between(at(0), at(3600), limit=7)
    while page:
        seen += [line.id for line in page]
        page = reports.calls_between(at(0), at(3600), limit=7, after=page[-1])
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 30
    assert [c.id for c in reports.calls_between(at(0), at(9), outcome=e.Outcome.ABANDONED)] == ["c07"]
    assert len(reports.calls_between(at(0), at(3600), number="16800000001")) == 15
    assert reports.calls_between(at(0), at(3600), agent=AgentId("8001")) == []
    assert journal.close()


def test_each_projection_may_meet_the_same_fact_twice(database: Database, tmp_path: Path) -> None:
    facts = signed_in("8001") + whole_call("c1", "8001", 10)
    journal = journalled(database, facts, tmp_path / "spool")
    once = picture(database)
    with database.writing() as connection:
        for row in rows(facts):
            project(connection, row.seq, row.event)
            project(connection, row.seq, row.event)
    twice = picture(database)
    for table in (CALLS.name, LEGS.name, "keys_pressed", "recordings"):
        assert twice[table] == once[table]
    assert journal.close()


CALLS_DRAWN = st.sampled_from(["c1", "c2"])
AGENTS_DRAWN = st.sampled_from(["8001", "8002"])
PIECES = st.one_of(
    st.builds(signed_in, AGENTS_DRAWN),
    st.builds(lambda a: [e.AgentSignedOut(at(0), AgentId(a))], AGENTS_DRAWN),
    st.builds(lambda a: [e.AgentReady(at(0), AgentId(a))], AGENTS_DRAWN),
    st.builds(lambda a: [e.AgentBusy(at(0), AgentId(a), "meal")], AGENTS_DRAWN),
    st.builds(lambda c: waiting(c, 0), CALLS_DRAWN),
    st.builds(lambda c, a: offered(c, a, 0), CALLS_DRAWN, AGENTS_DRAWN),
    st.builds(lambda c, a: missed(c, a, 0), CALLS_DRAWN, AGENTS_DRAWN),
    st.builds(lambda c, a: talked(c, a, 0), CALLS_DRAWN, AGENTS_DRAWN),
    st.builds(lambda c, a: [e.LegLost(at(0), CallId(c), AgentId(a))], CALLS_DRAWN, AGENTS_DRAWN),
    st.builds(lambda c: ended(c, 0), CALLS_DRAWN),
    st.builds(lambda c, a: wrapped_up(c, a, 0), CALLS_DRAWN, AGENTS_DRAWN),
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES, max_size=12))
def test_rebuilt_equals_incremental_for_any_history_even_an_impossible_one(
    database: Database, tmp_path_factory: pytest.TempPathFactory, pieces: list[list[e.Event]]
) -> None:
    """The same database serves all histories: each goes on where the one before ended, so rebuilds grow longer."""
    journal = DatabaseJournal(database, tmp_path_factory.mktemp("spool") / "journal.spool")
    journal.append(rows([fact for piece in pieces for fact in piece], journal.last_seq() + 1))
    journal.wait_until_committed(60)
    assert journal.projection_faults == 0
    incremental = picture(database)
    assert rebuild(database) == 0
    assert picture(database) == incremental
    assert journal.close()
