"""A name's pinyin, whole and as initials, so that 张伟 is found by `zw` and `zhangwei`. Knows no table."""

import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin

SURNAMES = {
    "尉迟": "yu chi",
    "长孙": "zhang sun",
    "万俟": "mo qi",
    "澹台": "tan tai",
    "单于": "chan yu",
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "查": "zha",
    "区": "ou",
    "任": "ren",
    "朴": "piao",
    "翟": "zhai",
    "覃": "qin",
    "缪": "miao",
    "种": "chong",
    "折": "she",
    "盖": "ge",
    "华": "hua",
    "乐": "yue",
    "纪": "ji",
    "召": "shao",
    "冼": "xian",
}
"""Surnames that a dictionary of words reads otherwise."""


def spell(name: str) -> tuple[str, str]:
    """Return (initials, whole pinyin) in lower-case ASCII; other scripts' letters and digits stay as they are."""
    plain = "".join(unicodedata.normalize("NFKC", name).split()).lower()
    if plain.isascii():
        return plain, plain
    surname = next((plain[:length] for length in (2, 1) if plain[:length] in SURNAMES), "")
    syllables = SURNAMES.get(surname, "").split() + [_syllable(sign) for sign in plain[len(surname) :]]
    return "".join(syllable[:1] for syllable in syllables), "".join(syllables)


@lru_cache(maxsize=32768)
def _syllable(sign: str) -> str:
    return "".join(lazy_pinyin(sign))
