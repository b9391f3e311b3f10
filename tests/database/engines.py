"""Fresh, migrated databases for tests, by the name of the engine. Import the fixtures where they are wanted."""

import shutil
from pathlib import Path

import pytest

from callcenter.adapters.database import migrations
from tests.database.postgres import Postgres

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "migrated.db"
    migrations.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_name(postgres: Postgres) -> str:
    """The name of a migrated database on the run's server, to copy."""
    url = postgres.new_database()
    migrations.upgrade(url)
    return url.rsplit("/", 1)[1]


def fresh_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of a migrated, empty database."""
    if engine == "sqlite":
        file = tmp_path / "callcenter.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        return f"sqlite:///{file}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database(request.getfixturevalue("migrated_name"))
