"""Telephone numbers to E.164, names to pinyin, money to fen."""

import pytest

from callcenter.adapters.database.customer_row import columns_of, fen_of
from callcenter.adapters.database.names import spell
from callcenter.adapters.database.phones import e164
from callcenter.domain.errors import Refused


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800138000", "+8613800138000"),
        ("138 0013 8000", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("138\uff10\uff10138000", "+8613800138000"),
        ("+86 138 0013 8000", "+8613800138000"),
        ("008613800138000", "+8613800138000"),
        ("013800138000", "+8613800138000"),
        ("16800001234", "+8616800001234"),
        ("010-62345678", "+861062345678"),
        ("(0316)5551234", "+863165551234"),
        ("400-650-1234", "+864006501234"),
        ("+852 2345 6789", "+85223456789"),
        ("95588", "95588"),
        ("12345", "12345"),
        ("10010", "10010"),
        ("110", "110"),
        ("96777", "96777"),
        ("1380013800", None),
        ("138001380001", None),
        ("12ab", None),
        ("转8012", None),
        ("", None),
    ],
)
def test_e164(written: str, number: str | None) -> None:
    assert e164(written) == number


@pytest.mark.parametrize(
    ("name", "initials", "pinyin"),
    [
        ("张伟", "zw", "zhangwei"),
        ("曾志伟", "zzw", "zengzhiwei"),
        ("单田芳", "stf", "shantianfang"),
        ("尉迟恭", "ycg", "yuchigong"),
        ("单于夫罗", "cyfl", "chanyufuluo"),
        ("欧阳娜娜", "oynn", "ouyangnana"),
        ("吕布", "lb", "lvbu"),
        ("Zoe Wu", "zoewu", "zoewu"),
        ("王Tom", "wtom", "wangtom"),
        ("", "", ""),
    ],
)
def test_spell(name: str, initials: str, pinyin: str) -> None:
    assert spell(name) == (initials, pinyin)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("0", 0),
        ("1", 100),
        ("0.1", 10),
        ("0.29", 29),
        ("1,234.50", 123_450),
        ("¥12.30", 1230),
        ("\uffe512元", 1200),
        ("-5", -500),
        ("90071992547409.93", 9_007_199_254_740_993),
        ("1.20000", 120),
    ],
)
def test_fen_are_exact(text: str, fen: int) -> None:
    if abs(fen) > 10**15:
        with pytest.raises(Refused):
            fen_of(text)
    else:
        assert fen_of(text) == fen


def test_columns_are_known_by_their_words() -> None:
    columns = columns_of(
        ["Account", "姓名", "联系电话", "家属手机号2", "phone_1", "资产:表:表号", "asset:car:plate", ""]
    )
    assert columns.fields == {"account": 0, "name": 1}
    assert list(columns.phones) == [(2, ""), (3, "家属"), (4, "")]
    assert columns.assets == {"表": [("表号", 5)], "car": [("plate", 6)]}
    assert columns.ignored == ()
