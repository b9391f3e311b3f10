"""Reads the switch's own CDR file: the independent record that the book is checked against. Never writes it."""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from callcenter.adapters.asterisk.config.books import CDR_COLUMNS
from callcenter.domain.ids import CallId

_SECONDS = re.compile(r"[0-9]{1,11}(\.[0-9]+)?\Z")

ANSWERED = "8"
"""Asterisk's number for an answered disposition."""


@dataclass(frozen=True, slots=True)
class SwitchCall:
    """One business call as the switch billed it: all rows of one Linkedid together.

    `agents` are the extensions that were bridged to the caller, in order; `context` is where the caller's leg ended.
    """

    call: CallId
    started_at: datetime
    ended_at: datetime
    agents: tuple[str, ...]
    context: str


def read_calls(file: Path) -> tuple[SwitchCall, ...]:
    """Return every call of a CDR file, in order of arrival; an absent file holds none. Damaged rows are left out."""
    return tuple(_calls(_rows(file)))


class CdrTail:
    """Reads a CDR file once, from where the last run stopped: the place is kept in `mark`. One thread at a time."""

    def __init__(self, file: Path, mark: Path) -> None:
        self._file, self._mark = file, mark
        self._offset = int(mark.read_text("ascii")) if mark.is_file() else 0

    def settled(self, before: datetime) -> tuple[SwitchCall, ...]:
        """Return the calls whose rows end before `before` and were not returned yet, and remember the place.

        A call may come twice when its rows lie on both sides of the border; whoever asks knows calls by their id.
        """
        if not self._file.is_file():
            return ()
        rows: list[dict[str, str]] = []
        with self._file.open("rb") as lines:
            lines.seek(self._offset if self._offset <= self._file.stat().st_size else 0)
            self._offset = lines.tell()
            for line in lines:
                row = _row(line.decode("utf-8", "replace"))
                if not line.endswith(b"\n") or (row is not None and _moment(row["end"]) >= before):
                    break
                self._offset += len(line)
                if row is not None:
                    rows.append(row)
        fresh = self._mark.with_suffix(".new")
        fresh.write_text(str(self._offset), "ascii")
        fresh.rename(self._mark)
        return tuple(_calls(rows))


def _rows(file: Path) -> Iterator[dict[str, str]]:
    if not file.is_file():
        return
    with file.open(encoding="utf-8", errors="replace", newline="") as lines:
        for line in lines:
            if (row := _row(line)) is not None:
                yield row


def _row(line: str) -> dict[str, str] | None:
    """Return a row by column, None for a damaged one. No column can hold a line break: none was chosen by a caller."""
    values = next(csv.reader([line]), [])
    row = dict(zip(CDR_COLUMNS, values, strict=False))
    whole = len(values) == len(CDR_COLUMNS) and _SECONDS.match(row["start"]) and _SECONDS.match(row["end"])
    return row if whole else None


def _calls(rows: Iterable[dict[str, str]]) -> Iterator[SwitchCall]:
    by_call: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_call.setdefault(row["linkedid"], []).append(row)
    for call, legs in sorted(by_call.items(), key=lambda item: min(leg["start"] for leg in item[1])):
        own = [leg for leg in legs if leg["uniqueid"] == call]
        if not own:
            continue
        spoken = [leg for leg in legs if leg["dstchannel"] and leg["disposition"] == ANSWERED]
        yield SwitchCall(
            CallId(call),
            min(_moment(leg["start"]) for leg in own),
            max(_moment(leg["end"]) for leg in own),
            tuple(_extension(leg["dstchannel"]) for leg in spoken),
            own[-1]["dcontext"],
        )


def _extension(channel: str) -> str:
    return channel.removeprefix("PJSIP/").rpartition("-")[0]


def _moment(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
