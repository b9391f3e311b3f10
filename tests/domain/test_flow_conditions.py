"""The closed language of conditions: what holds, what is refused with its place, and that nothing hostile runs long."""

from datetime import date, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.domain.flow.condition_text import LONGEST, BadCondition, parse
from callcenter.domain.flow.conditions import faults, holds
from callcenter.domain.flow.facts import FACTS, Value

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
"""A busy machine is no fault of the code."""

KNOWN: dict[str, Value] = {
    "due_fen": 500,
    "tier": "gold",
    "flags": frozenset({"elderly", "老人"}),
    "time": time(9, 30),
    "today": date(2026, 11, 20),
    "weekday": 5,
    "place": 3,
    "ahead": 2,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("due_fen > 0", True),
        ("due_fen>0", True),
        ("0 < due_fen < 500", False),
        ("0 < due_fen <= 500", True),
        ("due_fen == -5", False),
        ('tier == "gold"', True),
        ("tier != 'gold'", False),
        ('tier in ["silver", "gold"]', True),
        ('"老人" in flags', True),
        ('"vip" in flags', False),
        ("08:30 <= time < 17:30", True),
        ("time < 9:30", False),
        ("today >= 2026-11-20", True),
        ("weekday in [6, 7]", False),
        ("known(due_fen)", True),
        ("known(due_on)", False),
        ("not known(due_on)", True),
        ("due_on > 2026-01-01", False),
        ("due_on <= 2026-01-01", False),
        ("weekday > 5 or due_fen > 0 and time >= 08:00", True),
        ("(weekday > 5 or due_fen > 0) and time >= 10:00", False),
        ("not (weekday > 5)", True),
        ("place > ahead", True),
        ("tier > 3", False),
    ],
)
def test_what_holds(text: str, expected: bool) -> None:
    assert holds(parse(text), KNOWN) is expected


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("due_fen", 7),
        ("due_fen >", 9),
        ("due_fen > > 1", 10),
        ("due_fen = 1", 8),
        ("due_fen > 0 due_on", 12),
        ("(due_fen > 0", 12),
        ("known(3)", 8),
        ("known due_fen", 6),
        ("time > 25:00", 7),
        ("today > 2026-02-30", 8),
        ("tier in []", 9),
        ("a.b > 1", 1),
        ("a ** 9 > 1", 2),
        ("__import__('os').system('x')", 16),
        ("due_fen > 99999999999999999999", 10),
        ("and > 1", 0),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, offset: int) -> None:
    with pytest.raises(BadCondition) as caught:
        parse(text)
    assert caught.value.offset == offset
    assert caught.value.zh
    assert caught.value.en


@pytest.mark.parametrize("text", ["(" * 200 + "a > 1", "not " * 70 + "a > 1", "a > 1 and " * 40 + "a > 1"])
def test_long_and_deep_ones_are_refused(text: str) -> None:
    with pytest.raises(BadCondition):
        parse(text)


@given(st.text(alphabet="abc_ ()[]<>=!,:'\"-0123456789andornti\n中", max_size=LONGEST + 5))
@settings(UNHURRIED)
def test_any_text_is_a_condition_or_a_refusal_inside_the_text(text: str) -> None:
    refusal = None
    try:
        assert holds(parse(text), KNOWN) in (True, False)
    except BadCondition as error:
        refusal = error
    assert refusal is None or 0 <= refusal.offset <= max(len(text), LONGEST)


@pytest.mark.parametrize(
    "text", ["due_fen > 0", 'tier in ["gold"]', '"x" in flags', "08:00 <= time", "due_on > today", "weekday == place"]
)
def test_fitting_types_have_no_fault(text: str) -> None:
    assert faults(parse(text), FACTS) == ()


@pytest.mark.parametrize(
    "text",
    [
        'due_fen > "0"',
        "tier > 1",
        "time > 2026-01-01",
        "flags == flags",
        "weekday in flags",
        "tier in [1]",
        "salary > 0",
    ],
)
def test_a_comparison_that_can_never_be_true_is_a_fault(text: str) -> None:
    assert faults(parse(text), FACTS)
