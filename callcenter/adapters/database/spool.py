"""The journal's spool: one file of JSON lines, appended by the driver and carried to the database by the writer.

The file is the queue: what is in it has not been committed, or has been and is skipped by its seq. Knows no database.
"""

import json
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from callcenter.domain.events import body_of, kind_of
from callcenter.service.ports import JournalRow

READ_BYTES = 1 << 20
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SpooledRow:
    """A journal row as text keeps it; `body` is JSON values."""

    seq: int
    at: datetime
    kind: str
    body: dict[str, Any]


def line_of(row: JournalRow) -> bytes:
    """Return the line that keeps `row`; ASCII, so that no odd character can break it."""
    at = row.event.at.astimezone(UTC).isoformat()
    kept = {"seq": row.seq, "at": at, "kind": kind_of(row.event), "body": body_of(row.event)}
    return json.dumps(kept, separators=(",", ":")).encode() + b"\n"


def row_of(line: bytes) -> SpooledRow:
    """Return what `line_of` kept. Raises ValueError for a damaged line."""
    try:
        kept = json.loads(line)
        return SpooledRow(int(kept["seq"]), datetime.fromisoformat(kept["at"]), str(kept["kind"]), dict(kept["body"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"damaged spool line: {error}") from error


class Spool:
    """Appended by one thread, read by one other. The lock is held for one write or one truncation, never for a wait."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged_lines = 0
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._read_at = 0
        self._damage_seen_to = 0
        self.last_seq = self._mend()

    def append(self, rows: Sequence[JournalRow]) -> None:
        """Write `rows` with one `write`; when this returns they survive a kill -9 of the process.

        Raises:
            OSError: the disk is full or broken; nothing of `rows` is kept.
        """
        lines = b"".join(map(line_of, rows))
        with self._lock:
            size = os.fstat(self._file).st_size
            try:
                written = os.write(self._file, lines)
                if written != len(lines):
                    raise OSError(f"磁盘已满，请清理 {self.path.parent} / disk full: free space in {self.path.parent}")
            except OSError:
                os.ftruncate(self._file, size)
                raise
            self.last_seq = rows[-1].seq

    def read(self, limit: int) -> tuple[list[SpooledRow], int]:
        """Return up to `limit` rows that come next, and the position to `advance` to once they are committed."""
        rows: list[SpooledRow] = []
        position = self._read_at
        chunk = os.pread(self._file, READ_BYTES, position)
        while b"\n" not in chunk and (more := os.pread(self._file, READ_BYTES, position + len(chunk))):
            chunk += more
        for line in chunk.splitlines(keepends=True):
            if len(rows) == limit or not line.endswith(b"\n"):
                break
            position += len(line)
            try:
                rows.append(row_of(line))
            except ValueError:
                if position > self._damage_seen_to:  # a retry reads the same lines again
                    self._damage_seen_to = position
                    self._set_aside(line)
        return rows, position

    def advance(self, position: int) -> None:
        """Forget what lies before `position`; the file becomes empty when that was everything."""
        with self._lock:
            self._read_at = position
            if position and position == os.fstat(self._file).st_size:
                os.ftruncate(self._file, 0)
                self._read_at = self._damage_seen_to = 0

    def close(self) -> None:
        """Close the file, once; remove it when it is empty. An append after that raises OSError."""
        with self._lock:
            if self._file < 0:
                return
            if os.fstat(self._file).st_size == 0:
                self.path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1

    def set_aside(self, row: SpooledRow) -> None:
        """Keep a row that the database does not want in `<spool>.damaged`, for a person to look at."""
        self._set_aside(
            json.dumps({"seq": row.seq, "at": row.at.isoformat(), "kind": row.kind, "body": row.body}).encode()
        )

    def _mend(self) -> int:
        """Cut a line that a crash tore off, and return the last seq in the file (0 when empty)."""
        last, good = 0, 0
        with self.path.open("rb") as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    self._set_aside(line)
                    os.ftruncate(self._file, good)
                    break
                good += len(line)
                try:
                    last = max(last, row_of(line).seq)
                except ValueError:
                    continue  # counted and set aside when it is read on its way to the database
        return last

    def _set_aside(self, line: bytes) -> None:
        self.damaged_lines += 1
        log.error("a damaged line was set aside", extra={"file": f"{self.path}.damaged", "bytes": len(line)})
        with open(f"{self.path}.damaged", "ab") as aside:
            aside.write(line.rstrip(b"\n") + b"\n")
