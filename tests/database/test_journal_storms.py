"""The journal when things go wrong: a locked or stopped database, a killed process, a torn line, an odd fact."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from callcenter.adapters.database import migrations, projections
from callcenter.adapters.database.engine import Database, open_database
from callcenter.adapters.database.journal import DatabaseJournal
from callcenter.adapters.database.spool import line_of
from callcenter.adapters.database.tables import CALLS, JOURNAL
from callcenter.domain import events as e
from callcenter.service.ports import JournalRow, RecordsAway
from tests.database.postgres import Postgres, running_postgres
from tests.fakes.histories import at, rows, signed_in, waiting, whole_call

PROMPT_SECONDS = 60


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool" / "journal.spool"


@pytest.fixture
def journal(database: Database, spool: Path) -> Iterator[DatabaseJournal]:
    opened = DatabaseJournal(database, spool)
    yield opened
    opened.close()


def wait_for(fact: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + PROMPT_SECONDS
    while not fact():
        assert time.monotonic() < give_up, f"waited in vain for: {what}"
        time.sleep(0.01)  # between two looks


def stored(database: Database) -> list[tuple[int, str]]:
    with database.reading() as connection:
        return [(row.seq, row.kind) for row in connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq))]


def kinds(history: list[JournalRow]) -> list[tuple[int, str]]:
    return [(row.seq, e.kind_of(row.event)) for row in history]


def test_the_spool_is_empty_once_everything_is_committed_and_gone_after_close(
    database: Database, journal: DatabaseJournal, spool: Path
) -> None:
    history = rows(signed_in("8001") + whole_call("c1", "8001", 10))
    journal.append(history)
    journal.wait_until_committed(PROMPT_SECONDS)
    wait_for(lambda: spool.stat().st_size == 0, "an empty spool")
    assert stored(database) == kinds(history)
    assert journal.behind == 0
    assert journal.close()
    assert not spool.exists()


def test_sqlite_locked_for_seconds_then_everything_arrives_once(tmp_path: Path, migrated_file: Path) -> None:
    file = tmp_path / "locked.db"
    file.write_bytes(migrated_file.read_bytes())
    database = open_database(f"sqlite:///{file}")
    journal = DatabaseJournal(database, tmp_path / "journal.spool")
    history = rows(signed_in("8001") + [fact for n in range(50) for fact in whole_call(f"c{n}", "8001", n * 300 + 10)])
    with sqlite3.connect(file, isolation_level=None) as locker:
        locker.execute("BEGIN IMMEDIATE")
        slowest = 0.0
        for row in history:
            began = time.perf_counter()
            journal.append([row])
            slowest = max(slowest, time.perf_counter() - began)
        wait_for(lambda: journal.last_error != "", "the writer to see the lock")
        assert "locked" in journal.last_error
        assert journal.behind == len(history)
        assert slowest < 1.5, "append must never wait for the database"
        assert journal.last_seq() == len(history)
        locker.execute("ROLLBACK")
    locker.close()
    journal.wait_until_committed(PROMPT_SECONDS)
    assert stored(database) == kinds(history)
    assert journal.last_error == ""
    assert journal.close()
    database.close()


def test_postgres_stopped_then_everything_arrives_once(tmp_path: Path) -> None:
    """SIGSTOP: the server keeps its sockets open and answers nothing, so only our own clock can notice."""
    with running_postgres() as server:
        url = server.new_database()
        migrations.upgrade(url)
        database = open_database(url)
        journal = DatabaseJournal(database, tmp_path / "journal.spool")
        journal.append(rows(signed_in("8001")))
        journal.wait_until_committed(PROMPT_SECONDS)
        stopped = _family(server)
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            with pytest.raises(RecordsAway), database.reading() as connection:
                connection.execute(select(JOURNAL))
            assert time.monotonic() - began < 8
            more = rows(whole_call("c1", "8001", 10), 3)
            journal.append(more)
            assert journal.behind == len(more)
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)
        journal.wait_until_committed(PROMPT_SECONDS)
        assert [seq for seq, _ in stored(database)] == list(range(1, len(more) + 3))
        assert journal.close()
        database.close()


def _family(server: Postgres) -> list[int]:
    """Return the server and its children (the fourth field of `stat`, after the name in brackets, is the parent)."""
    found = [server.pid]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == server.pid:
                found.append(int(stat.parent.name))
    return found


def test_postgres_restarted_under_the_writer(tmp_path: Path) -> None:
    with running_postgres() as server:
        url = server.new_database()
        migrations.upgrade(url)
        database = open_database(url)
        journal = DatabaseJournal(database, tmp_path / "journal.spool")
        history = rows(signed_in("8001") + [f for n in range(20) for f in whole_call(f"c{n}", "8001", n * 300)])
        for place, row in enumerate(history):
            journal.append([row])
            if place % 60 == 30:
                with database.writer.connect() as connection:
                    own = connection.scalar(select(func.pg_backend_pid()))
                    killed = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    connection.execute(text(f"{killed} AND pid <> {own}"))
        journal.wait_until_committed(PROMPT_SECONDS)
        assert stored(database) == kinds(history)
        assert journal.close()
        database.close()


def test_what_is_left_at_close_goes_in_first_at_the_next_start(tmp_path: Path, migrated_file: Path) -> None:
    file, spool = tmp_path / "locked.db", tmp_path / "journal.spool"
    file.write_bytes(migrated_file.read_bytes())
    database = open_database(f"sqlite:///{file}")
    history = rows(waiting("c1", 0))
    with sqlite3.connect(file, isolation_level=None) as locker:
        locker.execute("BEGIN IMMEDIATE")
        journal = DatabaseJournal(database, spool)
        journal.append(history)
        assert not journal.close(timeout=0.1)
        locker.execute("ROLLBACK")
    locker.close()
    assert spool.stat().st_size > 0
    again = DatabaseJournal(database, spool)
    assert again.last_seq() == len(history)
    assert [row.event for row in again.open_rows()] == [row.event for row in history]
    assert again.close()
    database.close()


WRITER = """
import sys
from pathlib import Path
from callcenter.adapters.database.engine import open_database
from callcenter.adapters.database.journal import DatabaseJournal
from tests.fakes.histories import rows, waiting
journal = DatabaseJournal(open_database(sys.argv[1]), Path(sys.argv[2]))
while True:
    first = journal.last_seq() + 1
    for row in rows(waiting(f"c{first}", first), first):
        journal.append([row])
        print(row.seq, flush=True)
"""


def test_kill_9_in_the_middle_of_an_append_loses_no_returned_row(url: str, spool: Path) -> None:
    told = 0
    for appended in (1, 40, 333):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, url, str(spool)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        )
        assert writer.stdout is not None
        for _ in range(appended):
            told = int(writer.stdout.readline())
        writer.kill()
        told = int((writer.stdout.read().splitlines() or [told])[-1])
        writer.wait()
    database = open_database(url)
    journal = DatabaseJournal(database, spool)
    assert journal.last_seq() in (told, told + 1), "a row may survive unreported, none may be lost"
    journal.wait_until_committed(PROMPT_SECONDS)
    assert [seq for seq, _ in stored(database)] == list(range(1, journal.last_seq() + 1))
    assert journal.projection_faults == journal.conflicts == journal.damaged_lines == 0
    assert journal.close()
    database.close()


def test_a_torn_last_line_is_cut_off_and_kept_aside(database: Database, spool: Path) -> None:
    journal = DatabaseJournal(database, spool)
    journal.append(rows(waiting("c1", 0)))
    assert journal.close()
    spool.write_bytes(b'{"seq":5,"at":"2026-11-20T01:')
    again = DatabaseJournal(database, spool)
    assert again.last_seq() == 4
    assert again.damaged_lines == 1
    assert Path(f"{spool}.damaged").read_bytes() == b'{"seq":5,"at":"2026-11-20T01:\n'
    again.append(rows(waiting("c2", 10), 5))
    again.wait_until_committed(PROMPT_SECONDS)
    assert [seq for seq, _ in stored(database)] == list(range(1, 9))
    assert again.close()


def test_rows_that_are_already_in_the_database_are_not_inserted_again(database: Database, spool: Path) -> None:
    """Killed between the commit and the emptying of the spool."""
    history = rows(waiting("c1", 0))
    journal = DatabaseJournal(database, spool)
    journal.append(history)
    assert journal.close()
    spool.write_bytes(b"".join(map(line_of, history)))
    again = DatabaseJournal(database, spool)
    again.wait_until_committed(PROMPT_SECONDS)
    assert again.close()
    assert [seq for seq, _ in stored(database)] == [1, 2, 3, 4]
    assert again.conflicts == 0


def test_a_damaged_line_in_the_middle_does_not_stop_the_others(database: Database, spool: Path) -> None:
    history = rows(waiting("c1", 0))
    lines = [line_of(row) for row in history]
    spool.parent.mkdir()
    spool.write_bytes(lines[0] + b"\x00\x00garbage\n" + b"".join(lines[2:]))
    journal = DatabaseJournal(database, spool)
    journal.wait_until_committed(PROMPT_SECONDS)
    assert [seq for seq, _ in stored(database)] == [1, 3, 4]
    assert journal.damaged_lines == 1
    assert journal.close()


def test_a_full_disk_is_said_and_nothing_half_written_stays(
    database: Database, journal: DatabaseJournal, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_write = os.write

    def half_write(file: int, lines: bytes) -> int:
        return whole_write(file, lines[: len(lines) // 2])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", half_write)
        with pytest.raises(OSError, match=r"磁盘已满.*disk full"):
            journal.append(rows(waiting("c1", 0)))
    assert spool.stat().st_size == 0
    assert journal.last_seq() == 0
    journal.append(rows(waiting("c1", 0)))
    journal.wait_until_committed(PROMPT_SECONDS)
    assert [seq for seq, _ in stored(database)] == [1, 2, 3, 4]


def test_two_writers_of_one_seq_are_noticed_and_nothing_is_lost(database: Database, tmp_path: Path) -> None:
    one, two = DatabaseJournal(database, tmp_path / "one"), DatabaseJournal(database, tmp_path / "two")
    one.append(rows(waiting("c1", 0)))
    one.wait_until_committed(PROMPT_SECONDS)
    two.append(rows(waiting("c2", 0)))
    two.wait_until_committed(PROMPT_SECONDS)
    assert two.conflicts == 4
    assert Path(tmp_path / "two.damaged").read_text().count('"c2"') == 4
    assert one.close()
    assert two.close()


def test_a_fact_that_breaks_a_projection_does_not_stop_the_others(
    database: Database, journal: DatabaseJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setitem(projections.CALL_FACTS, e.KeysPressed, broken)  # type: ignore[arg-type]
    history = rows(waiting("c1", 0) + waiting("c2", 5))
    journal.append(history)
    journal.wait_until_committed(PROMPT_SECONDS)
    assert stored(database) == kinds(history)
    assert journal.projection_faults == 2
    with database.reading() as connection:
        assert set(connection.scalars(select(CALLS.c.id))) == {"c1", "c2"}
        assert set(connection.scalars(select(CALLS.c.queue))) == {"repair"}


ODD = ["'; DROP TABLE calls; --", "\r\nAction: x", "李\x00娜", "\ud83d", "👩‍👩‍👧", "<script>", "\u202e", "x" * 20_000]


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_odd_words_from_callers_come_through(database: Database, journal: DatabaseJournal, odd: str) -> None:
    arrived = e.CallArrived(at(0), e.CallId("c1"), e.ChannelName("PJSIP/x"), odd, odd, "96777")
    journal.append([JournalRow(1, arrived)])
    journal.wait_until_committed(PROMPT_SECONDS)
    assert journal.projection_faults == 0
    (back,) = journal.open_rows()
    assert back.event == arrived
    with database.reading() as connection:
        name = connection.scalar(select(CALLS.c.name))
    assert name == odd.replace("\x00", "\ufffd").replace("\ud83d", "\ufffd")


def test_a_kind_of_fact_from_a_newer_version_is_kept_and_counted(database: Database, spool: Path) -> None:
    spool.parent.mkdir()
    spool.write_bytes(b'{"seq":1,"at":"2026-11-20T01:00:00+00:00","kind":"moon_landed","body":{"call":"c1"}}\n')
    journal = DatabaseJournal(database, spool)
    journal.wait_until_committed(PROMPT_SECONDS)
    assert stored(database) == [(1, "moon_landed")]
    assert journal.projection_faults == 1
    assert journal.close()
