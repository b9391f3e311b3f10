"""The journal: facts go to a spool file at once, and from there to the database by one thread, each exactly once."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, insert, select

from callcenter.adapters.database.engine import Database, is_away
from callcenter.adapters.database.live import note_live, rows_of_the_living
from callcenter.adapters.database.projections import known_fact, project, project_guarded
from callcenter.adapters.database.spool import Spool, SpooledRow
from callcenter.adapters.database.tables import JOURNAL
from callcenter.domain.events import Event, event_from
from callcenter.service.ports import JournalRow, RecordsAway

BATCH_ROWS = 200
GATHER_SECONDS = 0.2
"""How long the first fact of a batch waits for others, safe in the spool: a transaction costs more than ten rows."""
FIRST_RETRY_SECONDS = 0.05
LAST_RETRY_SECONDS = 2.0
START_SECONDS = 30.0
log = logging.getLogger(__name__)


class DatabaseJournal:
    """Implements `ports.Journal`. Opened by one process at a time: the leader. See that class for the promises."""

    def __init__(self, database: Database, spool_file: Path) -> None:
        """Take over the spool of an earlier run, if any, and begin to carry it in.

        Raises:
            RecordsAway: the database did not say which fact was the last one.
        """
        self.last_error = ""
        self.projection_faults = 0
        self.conflicts = 0
        self._database = database
        self._spool = Spool(spool_file)
        with database.reading() as connection:
            self._committed_seq = connection.scalar(select(func.max(JOURNAL.c.seq))) or 0
        self._last_seq = max(self._committed_seq, self._spool.last_seq)
        self._work = threading.Condition()
        self._closing = False
        self._hurried = 0
        self._give_up_at = float("inf")
        self._writer = threading.Thread(target=self._carry, name="journal-writer", daemon=True)
        self._writer.start()

    @property
    def behind(self) -> int:
        """How many facts wait in the spool for the database."""
        return max(0, self._last_seq - self._committed_seq)

    @property
    def damaged_lines(self) -> int:
        """How many spool lines could not be read and were set aside in `<spool>.damaged`."""
        return self._spool.damaged_lines

    def append(self, rows: Sequence[JournalRow]) -> None:
        """Spool `rows`. See `ports.Journal.append`.

        Raises:
            ValueError: the first seq is not the one after the last, or the seqs have a gap; nothing is kept.
            OSError: the spool's disk is full or broken; nothing is kept.
        """
        for expected, row in enumerate(rows, self._last_seq + 1):
            if row.seq != expected:
                raise ValueError(f"journal row {row.seq} where {expected} was due")
        if not rows:
            return
        self._spool.append(rows)
        with self._work:
            self._last_seq = rows[-1].seq
            self._work.notify_all()

    def last_seq(self) -> int:
        """Return the last seq ever appended; 0 when none."""
        return self._last_seq

    def open_rows(self) -> Iterator[JournalRow]:
        """Yield the facts of what is live. Of an agent at work: the own facts since the sign-in, and the whole story of
        the last call offered, over or not, because the agent's state hangs on it. Of an agent who has signed out: only
        what a live call needs that he or she had to do with.

        Raises:
            RecordsAway: the spool could not be carried in within 30 s.
        """
        self.wait_until_committed(START_SECONDS)
        with self._database.reading() as connection:
            rows = rows_of_the_living(connection)
        return (JournalRow(row.seq, event_from(row.kind, row.at, row.body)) for row in rows)

    def wait_until_committed(self, seconds: float) -> None:
        """Return once everything appended so far is in the database. Raises RecordsAway after `seconds`."""
        target = self._last_seq
        with self._work:
            self._hurried += 1
            self._work.notify_all()
            try:
                if not self._work.wait_for(lambda: self._committed_seq >= target, seconds):
                    raise RecordsAway(f"数据库落后 {self.behind} 条 / the database is {self.behind} facts behind")
            finally:
                self._hurried -= 1

    def close(self, timeout: float = 5.0) -> bool:
        """Carry in what is left, stop the thread, and return whether nothing is left. What is left stays on disk."""
        with self._work:
            self._closing = True
            self._give_up_at = time.monotonic() + timeout
            self._work.notify_all()
        self._writer.join(timeout + LAST_RETRY_SECONDS)
        if not self._writer.is_alive():
            self._spool.close()  # else the writer still uses it, and the process is about to end anyway
        return self.behind == 0

    # --- the writer thread ---------------------------------------------------------------------------

    def _carry(self) -> None:
        retry_seconds = FIRST_RETRY_SECONDS
        while True:
            seen = self._last_seq
            try:
                rows, position = self._spool.read(BATCH_ROWS)
                if rows:
                    self._commit(rows)
                self._spool.advance(position)
            except Exception as error:
                self.last_error = f"{type(error).__name__}: {error}"
                log.warning("the journal waits for the database", extra={"behind": self.behind, "fault": repr(error)})
                with self._work:
                    if self._work.wait_for(self._out_of_time, retry_seconds):
                        return
                retry_seconds = min(retry_seconds * 2, LAST_RETRY_SECONDS)
                continue
            self.last_error, retry_seconds = "", FIRST_RETRY_SECONDS
            with self._work:
                if rows:
                    self._committed_seq = max(self._committed_seq, rows[-1].seq)
                    self._work.notify_all()
                elif self._last_seq != seen:
                    continue  # appended between the read and here
                elif self._closing:
                    return
                else:
                    self._wait_for_more(seen)

    def _wait_for_more(self, seen: int) -> None:
        self._work.wait_for(lambda: self._closing or self._last_seq != seen)
        self._work.wait_for(lambda: self._closing or self._hurried, GATHER_SECONDS)

    def _out_of_time(self) -> bool:
        return time.monotonic() >= self._give_up_at

    def _commit(self, rows: Sequence[SpooledRow]) -> None:
        try:
            with self._database.writer.begin() as connection:
                facts, strangers = self._insert(connection, rows)
                for seq, fact in facts:
                    if fact is not None:
                        project(connection, seq, fact)
            faults = sum(fact is None for _, fact in facts)
        except Exception as error:
            if is_away(error):
                raise
            # One fact is at fault: again, each behind its own savepoint, so that the others go in.
            with self._database.writer.begin() as connection:
                facts, strangers = self._insert(connection, rows)
                faults = sum(fact is None or not project_guarded(connection, seq, fact) for seq, fact in facts)
        self.projection_faults += faults
        self.conflicts += len(strangers)
        for row in strangers:
            log.error("another process had written this seq", extra={"seq": row.seq, "kind": row.kind})
            self._spool.set_aside(row)

    def _insert(
        self, connection: Connection, rows: Sequence[SpooledRow]
    ) -> tuple[list[tuple[int, Event | None]], list[SpooledRow]]:
        """Add the rows that are not there yet; return their facts (None: unknown to this version), and the rows whose
        seq is taken by another fact."""
        there = select(JOURNAL).where(JOURNAL.c.seq.between(rows[0].seq, rows[-1].seq))
        present = {row.seq: (row.kind, row.body) for row in connection.execute(there)}
        strangers = [row for row in rows if present.get(row.seq, (row.kind, row.body)) != (row.kind, row.body)]
        fresh = [row for row in rows if row.seq not in present]
        if fresh:
            connection.execute(insert(JOURNAL), [_columns(row) for row in fresh])
        facts = [(row.seq, known_fact(row.kind, row.at, row.body)) for row in fresh]
        for seq, fact in facts:
            if fact is not None:
                note_live(connection, seq, fact)
        return facts, strangers


def _columns(row: SpooledRow) -> dict[str, Any]:
    about = {"call": row.body.get("call"), "agent": row.body.get("agent")}
    return {"seq": row.seq, "at": row.at, "kind": row.kind, "body": row.body, **about}
