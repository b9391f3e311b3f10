"""Conditions as values: what they mean, and which could never be true. A closed language; nothing is executed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from callcenter.domain.flow.facts import Facts, FactType, Value

Literal = int | str | date | time


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact by name."""

    name: str


Operand = Fact | Literal | tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right`; false when a fact is not known."""

    left: Operand
    op: str
    right: Operand


@dataclass(frozen=True, slots=True)
class Known:
    """The fact has a value."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


Condition = Compare | Known | Not | AllOf | AnyOf


def holds(condition: Condition, facts: Facts) -> bool:
    """Return whether the condition is true; an unknown fact makes a comparison false, never an error."""
    match condition:
        case Compare(left, op, right):
            return _compare(_value(left, facts), op, _value(right, facts))
        case Known(fact):
            return fact.name in facts
        case Not(part):
            return not holds(part, facts)
        case AllOf(parts):
            return all(holds(part, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, facts) for part in parts)


def _value(operand: Operand, facts: Facts) -> Value | tuple[Literal, ...] | None:
    return facts.get(operand.name) if isinstance(operand, Fact) else operand


def _compare(left: object, op: str, right: object) -> bool:
    if left is None or right is None:
        return False
    if op == "in":
        return isinstance(right, tuple | frozenset) and left in right
    if type(left) is not type(right):
        return False
    return _ORDERED[op](left, right)


_ORDERED: Final = {
    "==": lambda a, b: bool(a == b),
    "!=": lambda a, b: bool(a != b),
    "<": lambda a, b: bool(a < b),
    "<=": lambda a, b: bool(a <= b),
    ">": lambda a, b: bool(a > b),
    ">=": lambda a, b: bool(a >= b),
}

_FAMILY: Final[Mapping[FactType, type]] = {
    FactType.MONEY: int,
    FactType.NUMBER: int,
    FactType.DIGITS: str,
    FactType.TEXT: str,
    FactType.DATE: date,
    FactType.TIME: time,
    FactType.WORDS: frozenset,
}


def faults(condition: Condition, types: Mapping[str, FactType]) -> tuple[tuple[str, str], ...]:
    """Return (zh, en) for each unknown fact and each comparison that could never be true because of its types."""
    match condition:
        case Compare(left, op, right):
            return _unknown(left, types) + _unknown(right, types) or _mismatch(left, op, right, types)
        case Known(fact):
            return _unknown(fact, types)
        case Not(part):
            return faults(part, types)
        case AllOf(parts) | AnyOf(parts):
            return tuple(fault for part in parts for fault in faults(part, types))


def _unknown(operand: Operand, types: Mapping[str, FactType]) -> tuple[tuple[str, str], ...]:
    if not isinstance(operand, Fact) or operand.name in types:
        return ()
    known = "、".join(sorted(types))
    return (
        (
            f"没有名为“{operand.name}”的事实，可用：{known}",
            f"no fact is named {operand.name!r}; known: {', '.join(sorted(types))}",
        ),
    )


def _mismatch(left: Operand, op: str, right: Operand, types: Mapping[str, FactType]) -> tuple[tuple[str, str], ...]:
    a, b = _family(left, types), _family(right, types)
    if op == "in":
        listed = isinstance(right, tuple) and all(type(item) is a for item in right)
        fits = listed or (b is frozenset and a is str)
    else:
        fits = a is b and a not in (frozenset, tuple)
    if fits:
        return ()
    return (("比较的两边类型不同，结果永远为假", "the two sides have different types, so this can never be true"),)


def _family(operand: Operand, types: Mapping[str, FactType]) -> type:
    return _FAMILY[types[operand.name]] if isinstance(operand, Fact) else type(operand)
