"""Prompt texts with typed slots, such as `您应缴{due_fen|money}`: parsing and filling."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

from callcenter.domain import mandarin
from callcenter.domain.flow.facts import Facts, FactType


@dataclass(frozen=True, slots=True)
class Slot:
    """One place for a fact, and how to say it."""

    fact: str
    kind: str


@dataclass(frozen=True, slots=True)
class SlotKind:
    """How a kind of slot is said, and which Python type and which fact types it takes."""

    say: Callable[[Any], str]
    takes: type
    fits: frozenset[FactType]


KINDS: Final[Mapping[str, SlotKind]] = {
    "money": SlotKind(mandarin.money, int, frozenset({FactType.MONEY})),
    "number": SlotKind(mandarin.number, int, frozenset({FactType.NUMBER})),
    "count": SlotKind(mandarin.count, int, frozenset({FactType.NUMBER})),
    "digits": SlotKind(mandarin.digits, str, frozenset({FactType.DIGITS, FactType.TEXT})),
    "digits_yi": SlotKind(
        lambda text: mandarin.digits(text, one="一"), str, frozenset({FactType.DIGITS, FactType.TEXT})
    ),
    "date": SlotKind(mandarin.full_date, date, frozenset({FactType.DATE})),
    "day": SlotKind(mandarin.day, date, frozenset({FactType.DATE})),
    "time": SlotKind(mandarin.clock, time, frozenset({FactType.TIME})),
    "text": SlotKind(mandarin.voiced, str, frozenset({FactType.TEXT, FactType.DIGITS})),
}
"""`digits` says 1 as 幺, `digits_yi` as 一; `date` names the year, `day` does not; `count` stands before 位 or 个."""

_SLOT = re.compile(r"\{([^{}]*)\}")
_NAMES = re.compile(r"\s*(\w+)\s*\|\s*(\w+)\s*")


class BadText(ValueError):
    """A text that cannot be read: a stray brace, or a slot that is not `{fact|kind}`."""


class MissingFact(LookupError):
    """A slot's fact is not known for this caller, or cannot be said."""


def parts(text: str) -> tuple[str | Slot, ...]:
    """Return the fixed pieces and slots of `text` in order. Raises BadText."""
    found: list[str | Slot] = []
    for index, piece in enumerate(_SLOT.split(text)):
        if index % 2 == 0:
            if "{" in piece or "}" in piece:
                raise BadText(piece)
            if piece:
                found.append(piece)
            continue
        names = _NAMES.fullmatch(piece)
        if names is None:
            raise BadText(piece)
        found.append(Slot(names[1], names[2]))
    return tuple(found)


def slots(text: str) -> tuple[Slot, ...]:
    """Return the slots of `text` in order. Raises BadText."""
    return tuple(part for part in parts(text) if isinstance(part, Slot))


def fill(text: str, facts: Facts) -> str:
    """Return what the caller hears. Raises MissingFact, or BadText for a text that the checker would refuse."""
    if "{" not in text and "}" not in text:
        return mandarin.voiced(text)
    return "".join(_said(part, facts) for part in parts(text))


def _said(part: str | Slot, facts: Facts) -> str:
    if isinstance(part, str):
        return mandarin.voiced(part)
    kind, value = KINDS.get(part.kind), facts.get(part.fact)
    if kind is None or value is None or not isinstance(value, kind.takes):
        raise MissingFact(part.fact)
    try:
        return kind.say(value)
    except ValueError as error:
        raise MissingFact(part.fact) from error
