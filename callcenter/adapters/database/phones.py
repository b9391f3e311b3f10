"""Telephone numbers to E.164, fast for Chinese mobiles. Knows no customer."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

SHORT_CODE = re.compile(r"1[012]\d{1,4}|9[56]\d{3,6}|1[0-2]\d{3}")
"""110, 12345, 95588, 96777: dialled as they are, in no E.164 form; a parser would make +8695588 of 95588."""
MOBILE = re.compile(r"(?:\+?86|0086)?0?(1[3-9]\d{9})")
NOISE = re.compile(r"[\s()\-.·–—]+")


@lru_cache(maxsize=65536)
def e164(text: str, region: str = "CN") -> str | None:
    """Return `+8613800138000` for what a person wrote, a short code unchanged, or None when it is no number.

    Any Chinese mobile pattern (1[3-9] + 9 digits) is taken, also of ranges that no carrier has been given yet.
    """
    plain = NOISE.sub("", unicodedata.normalize("NFKC", text))
    if region == "CN" and (mobile := MOBILE.fullmatch(plain)):
        return f"+86{mobile[1]}"
    if SHORT_CODE.fullmatch(plain):
        return plain
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
