"""The schema goes up, equals tables.py, and comes down again, on both engines."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from callcenter.adapters.database import migrations
from callcenter.adapters.database.engine import open_database
from callcenter.adapters.database.tables import METADATA
from tests.database.postgres import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'deep' / 'empty.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()


def test_up_and_down(empty_url: str) -> None:
    assert migrations.current(empty_url) == ""
    assert migrations.upgrade(empty_url) == migrations.newest() == migrations.current(empty_url)
    assert migrations.upgrade(empty_url) == migrations.newest()
    assert migrations.downgrade(empty_url) == ""
    database = open_database(empty_url)
    with database.reading() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    database.close()
    assert migrations.upgrade(empty_url) == migrations.newest()


def test_the_migrated_schema_is_the_one_in_tables(url: str) -> None:
    database = open_database(url)
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
    database.close()
