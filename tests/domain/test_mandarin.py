"""Numbers, money, dates and times in Mandarin: a table of the traps, and a reader that turns every answer back."""

import re
from datetime import date, time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callcenter.domain import mandarin

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
"""A busy machine is no fault of the code."""

DIGIT = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "幺": 1}
UNIT = {"十": 10, "百": 100, "千": 1000}


def heard_number(words: str) -> int:
    """Read a quantity back the way a listener does."""
    if words.startswith("负"):
        return -heard_number(words[1:])
    for sign, size in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = words.rpartition(sign) if sign == "亿" else words.partition(sign)
        if found:
            return heard_number(head) * size + (heard_number(tail) if tail else 0)
    total, digit = 0, 0
    for word in words:
        if word in UNIT:
            total += (digit or 1) * UNIT[word]
            digit = 0
        else:
            digit = DIGIT[word]
    return total + digit


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (22, "二十二"),
        (102, "一百零二"),
        (110, "一百一十"),
        (200, "两百"),
        (222, "两百二十二"),
        (1002, "一千零二"),
        (1010, "一千零一十"),
        (2000, "两千"),
        (2200, "两千两百"),
        (10000, "一万"),
        (10001, "一万零一"),
        (10100, "一万零一百"),
        (20000, "两万"),
        (22222, "两万两千两百二十二"),
        (100000, "十万"),
        (100010, "十万零一十"),
        (120000, "十二万"),
        (1020304, "一百零二万零三百零四"),
        (100000000, "一亿"),
        (100120000, "一亿零一十二万"),
        (200000001, "两亿零一"),
        (1000000000000, "一万亿"),
        (-35, "负三十五"),
    ],
)
def test_quantities(n: int, words: str) -> None:
    assert mandarin.number(n) == words


@given(st.integers(-mandarin.LARGEST, mandarin.LARGEST))
@settings(UNHURRIED)
def test_every_quantity_is_understood_as_itself(n: int) -> None:
    words = mandarin.number(n)
    assert heard_number(words) == n
    assert "零零" not in words
    assert words == "零" or not words.endswith("零")
    assert not re.search(r"\d", words)


def test_every_number_up_to_twenty_thousand_is_understood_as_itself() -> None:
    assert all(heard_number(mandarin.number(n)) == n for n in range(20001))


def test_a_quantity_beyond_sixteen_digits_is_refused() -> None:
    with pytest.raises(ValueError, match="16 digits"):
        mandarin.number(mandarin.LARGEST + 1)


@pytest.mark.parametrize(("n", "words"), [(1, "一"), (2, "两"), (12, "十二"), (20, "二十"), (22, "二十二")])
def test_counts_before_a_measure_word(n: int, words: str) -> None:
    assert mandarin.count(n) == words


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元"),
        (1, "一分"),
        (2, "两分"),
        (5, "五分"),
        (20, "两角"),
        (50, "五角"),
        (55, "五角五分"),
        (200, "两元"),
        (1000, "十元"),
        (1200, "十二元"),
        (105, "一元零五分"),
        (150, "一元五角"),
        (20000, "两百元"),
        (200000, "两千元"),
        (100205, "一千零二元零五分"),
        (12850, "一百二十八元五角"),
        (100000000, "一百万元"),
        (-150, "负一元五角"),
    ],
)
def test_money(fen: int, words: str) -> None:
    assert mandarin.money(fen) == words


@given(st.integers(0, 10**12))
@settings(UNHURRIED)
def test_every_amount_is_understood_as_itself(fen: int) -> None:
    found = re.fullmatch(r"(?:(.+)元)?零?(?:(.)角)?(?:(.)分)?", mandarin.money(fen))
    assert found is not None
    yuan = heard_number(found[1]) if found[1] else 0
    jiao, cents = (DIGIT[part] if part else 0 for part in (found[2], found[3]))
    assert yuan * 100 + jiao * 10 + cents == fen


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("13800138000", "幺三八，零零幺三，八零零零"),
        ("+86 138-0013-8000", "幺三八，零零幺三，八零零零"),
        ("95588", "九五五八八"),
        ("1000000001", "幺零零零零零零零零幺"),
        ("１２", "幺二"),
        ("粤B12", "粤B幺二"),
        ("", ""),
    ],
)
def test_telephone_digits(text: str, words: str) -> None:
    assert mandarin.digits(text) == words


def test_one_may_be_said_as_yi() -> None:
    assert mandarin.digits("110", one="一") == "一一零"


@given(st.text(alphabet="0123456789", max_size=40))
@settings(UNHURRIED)
def test_digits_are_heard_in_order_and_none_is_lost(text: str) -> None:
    heard = "".join(str(DIGIT[word]) for word in mandarin.digits(text).replace("，", ""))
    assert heard == (text[2:] if re.fullmatch(r"861\d{10}", text) else text)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (date(2026, 11, 27), "二零二六年十一月二十七日"),
        (date(2001, 2, 2), "二零零一年二月二日"),
        (date(2110, 10, 10), "二一一零年十月十日"),
    ],
)
def test_dates(on: date, words: str) -> None:
    assert mandarin.full_date(on) == words
    assert mandarin.day(on) == words.partition("年")[2]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(0, 0), "凌晨零点"),
        (time(2, 2), "凌晨两点零二分"),
        (time(9, 30), "上午九点三十分"),
        (time(12, 0), "中午十二点"),
        (time(14, 5), "下午两点零五分"),
        (time(22, 10), "晚上十点十分"),
        (time(23, 59), "晚上十一点五十九分"),
    ],
)
def test_times_of_day(at: time, words: str) -> None:
    assert mandarin.clock(at) == words


@given(st.times())
@settings(UNHURRIED)
def test_every_time_is_said_without_written_digits(at: time) -> None:
    assert not re.search(r"\d", mandarin.clock(at))


@given(st.text(max_size=60))
@settings(UNHURRIED)
def test_written_digits_never_reach_the_voice(text: str) -> None:
    assert not re.search(r"[0-9０-９]", mandarin.voiced(text))


def test_the_rest_of_a_text_stays() -> None:
    assert mandarin.voiced("拨打95588转1，谢谢") == "拨打九五五八八转一，谢谢"
