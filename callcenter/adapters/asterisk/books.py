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


def _rows(file: Path) -> Iterator[dict[str, str]]:
    if not file.is_file():
        return
    with file.open(encoding="utf-8", errors="replace", newline="") as text:
        for values in csv.reader(text):
            row = dict(zip(CDR_COLUMNS, values, strict=False))
            if len(values) == len(CDR_COLUMNS) and _SECONDS.match(row["start"]) and _SECONDS.match(row["end"]):
                yield row


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
