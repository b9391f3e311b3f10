"""Alembic inside the package: brings a database to the newest schema, or back. Knows no row."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from callcenter.adapters.database.engine import open_database

PATIENCE_SECONDS = 6 * 3600
LOCK_KEY = 4_704_002
"""PostgreSQL advisory lock: two processes that start together migrate one after the other."""


def upgrade(url: str, revision: str = "head") -> str:
    """Bring the database to `revision` and return its id. Creates the SQLite file. Raises RecordsAway."""
    return _move(url, revision, down=False)


def downgrade(url: str, revision: str = "base") -> str:
    """Take the database back to `revision` and return its id, '' for an empty one. Raises RecordsAway."""
    return _move(url, revision, down=True)


def current(url: str) -> str:
    """Return the revision that the database has, or '' for none. Raises RecordsAway."""
    database = open_database(url)
    try:
        with database.reading() as connection:
            return _revision(connection)
    finally:
        database.close()


def newest() -> str:
    """Return the revision that this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _move(url: str, revision: str, *, down: bool) -> str:
    database = open_database(url, PATIENCE_SECONDS)
    try:
        with database.writing() as connection:
            if database.kind == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            config = _config()
            config.attributes["connection"] = connection
            (command.downgrade if down else command.upgrade)(config, revision)
            return _revision(connection)
    finally:
        database.close()


def _revision(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
