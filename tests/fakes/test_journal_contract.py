"""What `ports.Journal` promises, asked of the fake and of the real one on both engines."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from callcenter.adapters.database.engine import open_database
from callcenter.adapters.database.journal import DatabaseJournal
from callcenter.domain import events as e
from callcenter.domain.ids import AgentId, CallId
from callcenter.service.ports import Journal
from tests.database.engines import ENGINES, fresh_url, migrated_file, migrated_name
from tests.database.postgres import postgres
from tests.fakes.histories import at, ended, missed, offered, rows, signed_in, talked, waiting, whole_call, wrapped_up
from tests.fakes.journal import MemoryJournal

__all__ = ["migrated_file", "migrated_name", "postgres"]

Reopen = Callable[[], Journal]


@pytest.fixture(params=["memory", *ENGINES])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reopen]:
    """Give the journal as a new process would find it."""
    if request.param == "memory":
        kept = MemoryJournal()
        yield lambda: kept
        return
    database = open_database(fresh_url(request.param, request, tmp_path))
    opened: list[DatabaseJournal] = []

    def again() -> Journal:
        for journal in opened:
            assert journal.close()
        opened[:] = [DatabaseJournal(database, tmp_path / "journal.spool")]
        return opened[0]

    yield again
    for journal in opened:
        assert journal.close()
    database.close()


def history_of(reopen: Reopen, facts: list[e.Event]) -> tuple[Journal, list[e.Event]]:
    """Append facts one by one and reopen; return the journal and the facts that are still open."""
    journal = reopen()
    for row in rows(facts):
        journal.append([row])
    journal = reopen()
    return journal, [row.event for row in journal.open_rows()]


def test_an_empty_journal(reopen: Reopen) -> None:
    journal = reopen()
    assert journal.last_seq() == 0
    assert list(journal.open_rows()) == []
    journal.append([])
    assert journal.last_seq() == 0


def test_seqs_go_on_after_a_restart(reopen: Reopen) -> None:
    journal, _ = history_of(reopen, whole_call("c1", "8001"))
    assert journal.last_seq() == len(whole_call("c1", "8001"))
    journal.append(rows(waiting("c2", 500), journal.last_seq() + 1))
    assert reopen().last_seq() == len(whole_call("c1", "8001")) + 4


@pytest.mark.parametrize("first", [1, 3, 7])
def test_a_seq_out_of_turn_is_refused_whole(reopen: Reopen, first: int) -> None:
    journal = reopen()
    journal.append(rows(signed_in("8001")[:1]))
    with pytest.raises(ValueError, match="was due"):
        journal.append(rows(waiting("c1", 0), first))
    assert journal.last_seq() == 1
    journal.append(rows(waiting("c1", 0), 2))
    assert journal.last_seq() == 5


def test_facts_come_back_equal_and_in_order(reopen: Reopen) -> None:
    facts = signed_in("8001") + waiting("c1", 10) + offered("c1", "8001", 40)
    journal, back = history_of(reopen, facts)
    assert back == facts
    assert [row.seq for row in journal.open_rows()] == list(range(1, len(facts) + 1))


def test_an_ended_call_is_not_read_again(reopen: Reopen) -> None:
    still_waiting = waiting("c2", 100)
    _, back = history_of(reopen, waiting("c1", 0) + still_waiting + ended("c1", 120, e.Outcome.ABANDONED))
    assert back == still_waiting


def test_an_ended_call_stays_open_while_its_agent_wraps_up(reopen: Reopen) -> None:
    facts = signed_in("8001") + waiting("c1", 10) + offered("c1", "8001", 40) + talked("c1", "8001", 50)
    facts += ended("c1", 150)
    _, back = history_of(reopen, facts)
    assert back == facts


def test_of_an_agent_at_work_the_last_call_is_kept_because_the_state_hangs_on_it(reopen: Reopen) -> None:
    first = signed_in("8001") + whole_call("c1", "8001", 10)
    second = waiting("c2", 300) + offered("c2", "8001", 330) + missed("c2", "8001", 350)
    second += ended("c2", 360, e.Outcome.ABANDONED)
    _, back = history_of(reopen, first + second)
    assert back == first[:2] + second


def test_a_signed_out_agent_leaves_nothing(reopen: Reopen) -> None:
    facts = signed_in("8001") + whole_call("c1", "8001", 10) + [e.AgentSignedOut(at(300), AgentId("8001"))]
    _, back = history_of(reopen, facts)
    assert back == []


def test_signing_out_ends_wrap_up(reopen: Reopen) -> None:
    facts = signed_in("8001") + whole_call("c1", "8001", 10)[:-1] + [e.AgentSignedOut(at(300), AgentId("8001"))]
    _, back = history_of(reopen, facts)
    assert back == []


def test_only_the_last_sign_in_counts(reopen: Reopen) -> None:
    again = signed_in("8001", 1000)
    facts = [*signed_in("8001"), e.AgentSignedOut(at(900), AgentId("8001")), *again]
    _, back = history_of(reopen, facts)
    assert back == again


def test_a_call_passed_between_two_agents(reopen: Reopen) -> None:
    facts = signed_in("8001") + signed_in("8002", 5) + waiting("c1", 10)
    facts += offered("c1", "8001", 40) + missed("c1", "8001", 60) + offered("c1", "8002", 61)
    facts += talked("c1", "8002", 70) + ended("c1", 170) + wrapped_up("c1", "8002", 200)
    _, back = history_of(reopen, facts)
    assert back == facts


def test_an_agent_who_left_a_live_call_behind_is_still_told_of(reopen: Reopen) -> None:
    who = AgentId("8001")
    facts = [*signed_in("8001"), *waiting("c1", 10), *offered("c1", "8001", 40), *talked("c1", "8001", 50)[:1]]
    facts += [e.LegLost(at(60), CallId("c1"), who), e.AgentSignedOut(at(70), who)]
    _, back = history_of(reopen, facts)
    assert back == facts
