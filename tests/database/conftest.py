"""Fixtures of the database tests: each test that asks meets SQLite and PostgreSQL, migrated and empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.adapters.database.engine import Database, open_database
from tests.database.engines import ENGINES, fresh_url, migrated_file, migrated_name
from tests.database.postgres import postgres, postgres_url

__all__ = ["migrated_file", "migrated_name", "postgres", "postgres_url"]


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated, empty database."""
    return fresh_url(request.param, request, tmp_path)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """That database, opened."""
    opened = open_database(url)
    yield opened
    opened.close()
