"""Opens SQLite or PostgreSQL with one pool to read and one to write. Knows engines, not tables."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import SQLITE_ERROR
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolEmpty

from callcenter.adapters.database.bounded_postgres import connector
from callcenter.service.ports import RecordsAway

READ_SECONDS = 1
WRITE_SECONDS = 10
SQLITE_BUSY_MS = 2000
READABLE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. Both engines connect on first use, so a database that is away does not stop the start."""

    kind: Literal["sqlite", "postgresql"]
    reader: Engine
    writer: Engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield a connection that can only read. Any thread. Raises RecordsAway when no answer comes in time."""
        with _away_is_said(), self.reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection inside one transaction that commits at the end. Keep it short.

        Raises:
            RecordsAway: the database did not answer, or SQLite was locked for more than 2 s; nothing was written.
        """
        with _away_is_said(), self.writer.begin() as connection:
            yield connection

    def learn_sizes(self) -> None:
        """Let the engine count its rows after a bulk load; without it PostgreSQL reads whole tables for a minute."""
        with self.writing() as connection:
            connection.exec_driver_sql("ANALYZE" if self.kind == "postgresql" else "PRAGMA optimize")

    def close(self) -> None:
        """Drop every pooled connection."""
        self.reader.dispose()
        self.writer.dispose()


def open_database(url: str, write_seconds: int = WRITE_SECONDS) -> Database:
    """Return a Database for `sqlite:///folder/file.db` or `postgresql://user:password@host/name`. Does not connect.

    `write_seconds` is what one writing statement may take on PostgreSQL; a migration or a rebuild wants hours.

    Raises:
        ValueError: the URL names another engine, or SQLite without a file.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return _postgresql(parsed.set(drivername="postgresql+psycopg"), write_seconds)
    if parsed.get_backend_name() == "sqlite" and parsed.database not in (None, "", ":memory:"):
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        return _sqlite(parsed)
    raise ValueError(
        f"数据库地址请写 sqlite:///文件路径 或 postgresql://…,现为 {parsed.get_backend_name()} / "
        f"write the database as sqlite:///path or postgresql://..., not {parsed.get_backend_name()}"
    )


def is_away(error: BaseException) -> bool:
    """Return whether the database is gone, locked or too slow, so that trying again later may help."""
    if isinstance(error, PoolEmpty | InterfaceError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, OperationalError):
        # SQLite says SQLITE_ERROR for faults in the SQL itself; every other code is about the file or its locks.
        return getattr(error.orig, "sqlite_errorcode", None) != SQLITE_ERROR
    return False


def to_json(value: Any) -> str:
    """Return JSON that people can read; escaped to ASCII only when UTF-8 could not hold it."""
    text = READABLE(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


@contextmanager
def _away_is_said() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise RecordsAway(f"数据库没有应答 / the database did not answer: {type(error).__name__}") from error
        raise


def _sqlite(url: URL) -> Database:
    reader = create_engine(url, json_serializer=to_json, pool_size=8, max_overflow=8, pool_timeout=READ_SECONDS)
    writer = create_engine(url, json_serializer=to_json, pool_size=4, max_overflow=4, pool_timeout=WRITE_SECONDS)
    _prepare_sqlite(reader, "BEGIN", ("query_only = ON", f"busy_timeout = {READ_SECONDS * 1000}"))
    _prepare_sqlite(writer, "BEGIN IMMEDIATE", (f"busy_timeout = {SQLITE_BUSY_MS}", "journal_mode = WAL"))
    return Database("sqlite", reader, writer)


def _prepare_sqlite(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    """Take the transaction from Python's driver, which would start one late and so deadlock two writers."""
    settings = (*pragmas, "foreign_keys = ON", "synchronous = NORMAL", "cache_size = -32768", "mmap_size = 268435456")

    @event.listens_for(engine, "connect")
    def _connected(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        for pragma in settings:
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _postgresql(url: URL, write_seconds: int) -> Database:
    # Reads commit by themselves: three statements less on the way of every screen pop.
    reader = create_engine(
        url,
        creator=connector(url, READ_SECONDS, "-c default_transaction_read_only=on"),
        json_serializer=to_json,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=8,
        pool_timeout=READ_SECONDS,
        isolation_level="AUTOCOMMIT",
    )
    writer = create_engine(
        url,
        creator=connector(url, write_seconds),
        json_serializer=to_json,
        pool_pre_ping=True,
        pool_size=4,
        max_overflow=4,
        pool_timeout=WRITE_SECONDS,
    )
    return Database("postgresql", reader, writer)
