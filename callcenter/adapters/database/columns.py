"""Column types that read the same on SQLite and PostgreSQL. Knows nothing of any table."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, TypeDecorator

BigId = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit key; SQLite only numbers rows by itself when the type is INTEGER."""


class Moment(TypeDecorator[datetime]):
    """An aware time, kept in UTC to the microsecond. A naive time is refused: nobody knows what it means."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return UTC; naive UTC for SQLite, which has no zones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"时间没有时区 / time without a zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from anywhere. NUL and half surrogates, which neither engine keeps, become U+FFFD: a caller's odd name must
    never stop the journal. Compared byte by byte, so that a prefix is a range of an index in every locale."""

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Return text with collation C on PostgreSQL; SQLite compares bytes anyway."""
        return dialect.type_descriptor(String(collation="C") if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return text that both engines accept."""
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """Return `text` with everything replaced that UTF-8 or PostgreSQL cannot hold."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
