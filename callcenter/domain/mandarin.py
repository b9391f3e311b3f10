"""Numbers, money, digits, dates and times as they are said in Mandarin; written digits never reach the voice."""

import re
from datetime import date, time

NUMERALS = "零一二三四五六七八九"
LARGEST = 10**16 - 1
_UNITS = ("千", "百", "十", "")
_ASCII_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
_RUN_OF_DIGITS = re.compile(r"\d+", re.ASCII)
_HOURS = ((5, "凌晨"), (11, "上午"), (12, "中午"), (17, "下午"), (23, "晚上"))


def number(n: int) -> str:
    """Return `n` as a quantity: 1002 -> 一千零二, 200 -> 两百. ValueError beyond 16 digits."""
    if abs(n) > LARGEST:
        raise ValueError("a quantity of more than 16 digits cannot be said")
    if n < 0:
        return "负" + number(-n)
    words = _whole(n)
    return words[1:] if words.startswith("一十") else words


def _whole(n: int) -> str:
    """Return the words of `n` as they stand inside a longer quantity (a leading ten is 一十)."""
    if n == 0:
        return "零"
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if n >= size:
            above, below = divmod(n, size)
            head = ("两" if above == 2 else _whole(above)) + unit
            if below == 0:
                return head
            return head + ("零" if below < size // 10 else "") + _whole(below)
    return _below_ten_thousand(n)


def _below_ten_thousand(n: int) -> str:
    words, gap = "", False
    for unit, digit in zip(_UNITS, f"{n:04d}", strict=True):
        if digit == "0":
            gap = bool(words)
            continue
        numeral = "两" if digit == "2" and unit in ("千", "百") else NUMERALS[int(digit)]
        words += ("零" if gap else "") + numeral + unit
        gap = False
    return words


def count(n: int) -> str:
    """Return `n` as it stands before a measure word: 2 -> 两 (两位), 12 -> 十二."""
    return "两" if n == 2 else number(n)


def money(fen: int) -> str:
    """Return an amount in fen as yuan, jiao and fen: 100205 -> 一千零二元零五分, 0 -> 零元."""
    if fen < 0:
        return "负" + money(-fen)
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    words = f"{count(yuan)}元" if yuan or not rest else ""
    if jiao:
        words += f"{count(jiao)}角"
    elif yuan and cents:
        words += "零"
    return words + (f"{count(cents)}分" if cents else "")


def digits(text: str, *, one: str = "幺") -> str:
    """Return `text` read digit by digit, 1 as 幺 (as on the telephone); a mobile number in groups of 3, 4, 4.

    Spaces, `+` and `-` are not said; letters stay; a leading +86 of a mobile number is dropped.
    """
    plain = re.sub(r"[\s+()-]", "", text.translate(_ASCII_DIGITS))
    if re.fullmatch(r"861\d{10}", plain, re.ASCII):
        plain = plain[2:]
    groups = [plain[:3], plain[3:7], plain[7:]] if re.fullmatch(r"1\d{10}", plain, re.ASCII) else [plain]
    return "，".join("".join(_digit(sign, one) for sign in group) for group in groups)


def _digit(sign: str, one: str) -> str:
    if sign == "1":
        return one
    return NUMERALS[int(sign)] if sign in "0123456789" else sign


def day(on: date) -> str:
    """Return month and day: 十一月二十七日."""
    return f"{number(on.month)}月{number(on.day)}日"


def full_date(on: date) -> str:
    """Return year, month and day: 二零二六年十一月二十七日."""
    return f"{digits(f'{on.year:04d}', one='一')}年{day(on)}"


def clock(at: time) -> str:
    """Return a time of day: 9:30 -> 上午九点三十分, 14:05 -> 下午两点零五分, 0:00 -> 凌晨零点."""
    part = next(word for last, word in _HOURS if at.hour <= last)
    words = f"{part}{count(at.hour if at.hour <= 12 else at.hour - 12)}点"
    if at.minute == 0:
        return words
    return words + ("零" if at.minute < 10 else "") + number(at.minute) + "分"


def voiced(text: str) -> str:
    """Return `text` with every written digit said one by one, so that no digit is left to the voice's own reading."""
    return _RUN_OF_DIGITS.sub(lambda run: digits(run[0], one="一"), text.translate(_ASCII_DIGITS))
