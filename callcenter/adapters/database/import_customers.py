"""Imports customers from CSV or XLSX: good rows go in, faults go into `<file>.errors.csv`, a broken run resumes."""

import csv
import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from pathlib import Path

from sqlalchemy import delete, insert, select, update

from callcenter.adapters.database.customer_row import Fault, columns_of, draft_of
from callcenter.adapters.database.engine import Database
from callcenter.adapters.database.sheet_reader import open_sheet
from callcenter.adapters.database.store_customers import CustomerDraft, store_customers
from callcenter.adapters.database.tables import IMPORTS
from callcenter.domain.errors import Message

BATCH_ROWS = 2000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
ERROR_HEADERS = ("行号 line", "列 column", "内容 value", "原因", "reason")

BAD_QUOTES = Fault("", "", Message("bad_quotes", "引号不成对，请改正这一行", "quotes do not match: mend this row"))

Progress = Callable[[int, int, int], None]
"""Called after each batch with rows done, rows in the file, rows refused."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of an import. `resumed_at` is the row at which this run began; `errors` holds one line a fault."""

    rows: int
    stored: int
    refused: int
    resumed_at: int
    ignored_columns: tuple[str, ...]
    errors: Path


@dataclass(frozen=True, slots=True)
class _Reached:
    """The checkpoint: how far the file is in the database, and how long the errors file was then."""

    rows: int = 0
    stored: int = 0
    refused: int = 0
    error_bytes: int = 0


def import_customers(
    database: Database,
    path: Path,
    now: datetime,
    *,
    choice: Mapping[str, str] | None = None,
    progress: Progress = lambda done, total, refused: None,
) -> ImportReport:
    """Store every good row of `path`, known accounts replaced, and return the count.

    Each batch of 2 000 rows is one transaction together with its checkpoint; the same file with the same `choice` of
    columns goes on where it stopped, and begins anew once it was finished.

    Raises:
        Refused: the file cannot be read, or has no column for account or name; nothing was stored.
        RecordsAway: the database went away; call again to go on.
    """
    sheet = open_sheet(path)
    columns = columns_of(sheet.headers, choice)
    digest = sha256(f"{sheet.digest}{sorted((choice or {}).items())}".encode()).hexdigest()
    total = sum(1 for _ in sheet.rows())
    begun = _begin(database, digest, path, now)
    reached = begun
    errors = path.with_name(f"{path.name}.errors.csv")
    with _ErrorFile(errors, begun.error_bytes) as error_file:
        rows = islice(sheet.rows(), begun.rows, None)
        progress(begun.rows, total, begun.refused)
        while batch := list(islice(rows, BATCH_ROWS)):
            drafts, refused = [], 0
            for line, cells in batch:
                outcome = [BAD_QUOTES] if cells is None else draft_of(columns, cells)
                if isinstance(outcome, CustomerDraft):
                    drafts.append(outcome)
                else:
                    refused += 1
                    error_file.add(line, outcome)
            reached = _Reached(
                reached.rows + len(batch), reached.stored + len(drafts), reached.refused + refused, error_file.flush()
            )
            _store(database, digest, drafts, reached)
            progress(reached.rows, total, reached.refused)
    with database.writing() as connection:
        connection.execute(update(IMPORTS).where(IMPORTS.c.digest == digest).values(finished_at=now))
    database.learn_sizes()
    return ImportReport(reached.rows, reached.stored, reached.refused, begun.rows, columns.ignored, errors)


def _begin(database: Database, digest: str, path: Path, now: datetime) -> _Reached:
    with database.writing() as connection:
        row = connection.execute(select(IMPORTS).where(IMPORTS.c.digest == digest)).first()
        if row is not None and row.finished_at is None:
            return _Reached(row.rows_done, row.rows_stored, row.rows_refused, row.error_bytes)
        connection.execute(delete(IMPORTS).where(IMPORTS.c.digest == digest))
        connection.execute(
            insert(IMPORTS).values(
                digest=digest,
                file=path.name,
                rows_done=0,
                rows_stored=0,
                rows_refused=0,
                error_bytes=0,
                started_at=now,
            )
        )
    return _Reached()


def _store(database: Database, digest: str, drafts: list[CustomerDraft], reached: _Reached) -> None:
    with database.writing() as connection:
        store_customers(connection, drafts)
        connection.execute(
            update(IMPORTS)
            .where(IMPORTS.c.digest == digest)
            .values(
                rows_done=reached.rows,
                rows_stored=reached.stored,
                rows_refused=reached.refused,
                error_bytes=reached.error_bytes,
            )
        )


class _ErrorFile:
    """`<file>.errors.csv`, cut back to the checkpoint so that no fault stands in it twice. Spreadsheets open it safely:
    a cell that looks like a formula is led by an apostrophe."""

    def __init__(self, path: Path, keep_bytes: int) -> None:
        self.path, self._keep_bytes = path, keep_bytes

    def __enter__(self) -> "_ErrorFile":
        self._file = os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        self._file.truncate(self._keep_bytes)
        self._file.seek(0, os.SEEK_END)
        if self._file.tell() == 0:
            self._write(ERROR_HEADERS, bom="\ufeff")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, line: int, faults: list[Fault]) -> None:
        for fault in faults:
            self._write((str(line), fault.column, fault.value, fault.message.zh, fault.message.en))

    def flush(self) -> int:
        """Return the length of the file once everything is in it."""
        self._file.flush()
        return self._file.tell()

    def _write(self, cells: tuple[str, ...], bom: str = "") -> None:
        text = io.StringIO()
        csv.writer(text).writerow([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells])
        self._file.write((bom + text.getvalue()).encode("utf-8", "replace"))
