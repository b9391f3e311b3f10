"""What a flow may know about a caller: the names, their types, and how a customer's record becomes facts."""

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import StrEnum
from typing import Final

from callcenter.domain.customer import Customer

Value = int | str | date | time | frozenset[str]
Facts = Mapping[str, Value]


class FactType(StrEnum):
    """The type of a fact, in the words of the flow language."""

    MONEY = "money"
    NUMBER = "number"
    DIGITS = "digits"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    WORDS = "words"


FACTS: Final[Mapping[str, FactType]] = {
    "number": FactType.DIGITS,
    "dialed": FactType.DIGITS,
    "today": FactType.DATE,
    "time": FactType.TIME,
    "weekday": FactType.NUMBER,
    "name": FactType.TEXT,
    "account": FactType.DIGITS,
    "tier": FactType.TEXT,
    "flags": FactType.WORDS,
    "due_fen": FactType.MONEY,
    "due_on": FactType.DATE,
    "place": FactType.NUMBER,
    "ahead": FactType.NUMBER,
}
"""`weekday` is 1 (Monday) to 7; `place` and `ahead` (callers in front) are known only while waiting in a queue."""

CUSTOMER_FACTS: Final = frozenset({"name", "account", "tier", "flags", "due_fen", "due_on"})


def arrival_facts(number: str, dialed: str, now: datetime) -> dict[str, Value]:
    """Return what is known when a call arrives; `now` is aware, in the organisation's own zone.

    The clock of a call stands still at its arrival: whoever got in before closing time is treated as in time.
    """
    return {
        "number": number,
        "dialed": dialed,
        "today": now.date(),
        "time": now.time().replace(tzinfo=None),
        "weekday": now.isoweekday(),
    }


def customer_facts(customer: Customer) -> dict[str, Value]:
    """Return the facts of a record; what the record does not hold is absent, never a guess."""
    facts: dict[str, Value] = {
        "name": customer.name,
        "account": customer.account,
        "tier": customer.tier,
        "flags": frozenset(customer.flags),
    }
    if customer.due_fen is not None:
        facts["due_fen"] = customer.due_fen
    due_on = _day(customer.due_on)
    if due_on is not None:
        facts["due_on"] = due_on
    return facts


def waiting_facts(place: int | None) -> dict[str, Value]:
    """Return the facts of a place in line (1 is next); nothing when the place is not known."""
    return {} if place is None else {"place": place, "ahead": place - 1}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
