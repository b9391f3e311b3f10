"""What invented callers want: programs of keys and patience, mixed like a hotline's day."""

import random
from collections.abc import Iterator

from callcenter.demo.callers import Caller

FIRST_NUMBER = 13900000000
"""Numbers of callers whom nobody knows; known ones are the sample customers' own."""

KINDS = (
    *("service", "leak", "balance", "service", "menu_quitter", "repair"),
    *("balance_then_agent", "service", "impatient", "account", "service", "leak"),
)


def known_number(place: int) -> str:
    """Return the first number of the sample customer at `place`, as a trunk shows it."""
    return f"1680{place:07d}"


def callers(chance: random.Random, count: int | None, stay: tuple[float, float]) -> Iterator[Caller]:
    """Yield callers, `count` of them or without end. Among the first twelve every ending occurs."""
    for place in range(10**9 if count is None else count):
        kind = KINDS[place] if place < len(KINDS) else chance.choice(KINDS)
        yield _caller(kind, place, chance, stay)


def _caller(kind: str, place: int, chance: random.Random, stay: tuple[float, float]) -> Caller:
    number = known_number(chance.randrange(1, 2000)) if chance.random() < 0.8 else str(FIRST_NUMBER + place)
    seconds = chance.uniform(*stay)
    match kind:
        case "service":
            return Caller(number, "", ("wait 1.5", "3"), seconds, tone_hz=440)
        case "leak":
            return Caller(number, "", ("wait 1.2", "2", "wait 1.5", "1"), seconds, tone_hz=520)
        case "repair":
            return Caller(number, "", ("wait 1.5", "2", "wait 1.5", "2"), seconds, tone_hz=480)
        case "balance":
            return Caller(known_number(1 + place), "", ("wait 1.5", "1"), 16.0)
        case "balance_then_agent":
            return Caller(known_number(2 + place), "", ("wait 1.5", "1", "wait 14", "0"), seconds + 15, tone_hz=440)
        case "account":
            return Caller(str(FIRST_NUMBER + place), "", ("wait 1.5", "1", "wait 3", "2000000007#"), 22.0)
        case "menu_quitter":
            return Caller(number, "", (), 4.0)
        case _:
            return Caller(number, "", ("wait 1.5", "3"), 6.5)
