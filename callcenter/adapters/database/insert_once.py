"""`INSERT ... ON CONFLICT DO NOTHING` for both engines. Knows no table."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table) -> Any:
    """Return an insert that leaves a row with the same key alone."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()
