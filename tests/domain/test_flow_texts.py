"""Prompt texts: slots are found, filled with spoken words, and refused when they cannot be read."""

from datetime import date, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.domain.flow.facts import Value
from callcenter.domain.flow.texts import BadText, MissingFact, Slot, fill, parts, slots

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
"""A busy machine is no fault of the code."""

FACTS: dict[str, Value] = {
    "due_fen": 20000,
    "due_on": date(2026, 11, 27),
    "time": time(9, 30),
    "ahead": 2,
    "account": "1000000001",
    "name": "张三2",
}


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("应缴{due_fen|money}。", "应缴两百元。"),
        ("{ due_on | date }", "二零二六年十一月二十七日"),
        ("{due_on|day}前", "十一月二十七日前"),
        ("现在{time|time}", "现在上午九点三十分"),
        ("前面有{ahead|count}位", "前面有两位"),
        ("第{ahead|number}位", "第二位"),
        ("户号{account|digits}", "户号幺零零零零零零零零幺"),
        ("户号{account|digits_yi}", "户号一零零零零零零零零一"),
        ("{name|text}您好", "张三二您好"),
        ("请按1", "请按一"),
        ("没有变量", "没有变量"),
    ],
)
def test_slots_are_spoken(text: str, heard: str) -> None:
    assert fill(text, FACTS) == heard


@pytest.mark.parametrize(
    "text", ["{", "}", "应缴{due_fen}", "{due_fen|}", "{|money}", "{a|b|c}", "{{due_fen|money}}", "a}b"]
)
def test_a_text_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadText):
        parts(text)


@pytest.mark.parametrize(
    "text", ["{nobody|text}", "{due_fen|date}", "{name|money}", "{due_fen|song}", "{account|number}"]
)
def test_a_fact_that_is_missing_or_of_another_type_is_named(text: str) -> None:
    with pytest.raises(MissingFact):
        fill(text, FACTS)


def test_a_quantity_that_cannot_be_said_is_a_missing_fact() -> None:
    with pytest.raises(MissingFact):
        fill("{due_fen|money}", {"due_fen": 10**20})


def test_slots_come_in_order() -> None:
    assert slots("{a|text}和{b|money}") == (Slot("a", "text"), Slot("b", "money"))


@given(st.text(max_size=50))
@settings(UNHURRIED)
def test_any_text_is_either_spoken_or_refused(text: str) -> None:
    try:
        heard = fill(text, FACTS)
    except (BadText, MissingFact):
        return
    assert not any(sign in "0123456789" for sign in heard)
