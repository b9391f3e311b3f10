"""A PostgreSQL of the tests' own: made in a fresh folder, on a free port of loopback, stopped by its pid.

Other test folders import the fixture: `from tests.database.postgres import postgres_url`.
"""

import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

INSTALL = "apt-get install -y --no-install-recommends postgresql"
START_SECONDS = 60
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
}


def postgres_program(name: str) -> str:
    """Return the newest installed `initdb` or `postgres` (Debian keeps them out of PATH)."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4]))
    if found:
        return str(found[-1])
    if on_path := shutil.which(name):
        return on_path
    pytest.fail(f"PostgreSQL 没有安装,请运行 / PostgreSQL is missing, please run: {INSTALL}", pytrace=False)


@contextmanager
def running_postgres() -> Iterator["Postgres"]:
    """Yield a running server; as root it runs as the user `postgres`, because it refuses root."""
    folder = Path(tempfile.mkdtemp(prefix="callcenter-postgres-"))
    as_user, user = _someone_else(folder)
    initdb = [postgres_program("initdb"), "-D", str(folder / "cluster"), "-U", user, "-A", "trust", "-E", "UTF8"]
    subprocess.run([*as_user, *initdb, "--locale=C.UTF-8", "--no-sync"], check=True, capture_output=True, cwd="/")
    port = _free_port()
    settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    listen = ["-p", str(port), "-h", "127.0.0.1", "-k", ""]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*as_user, postgres_program("postgres"), "-D", str(folder / "cluster"), *listen, *settings],
            stdout=log,
            stderr=log,
            cwd="/",
        )
    running = Postgres(f"postgresql://{user}@127.0.0.1:{port}", server.pid)
    try:
        _wait_until_up(running.url_of("postgres"), server, folder / "log")
        yield running
    finally:
        server.send_signal(signal.SIGCONT)
        server.send_signal(signal.SIGINT)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


class Postgres:
    """Where the server listens, and its process."""

    def __init__(self, address: str, pid: int) -> None:
        self.address, self.pid = address, pid
        self._made = 0

    def url_of(self, database: str) -> str:
        """Return the URL of one of its databases."""
        return f"{self.address}/{database}"

    def new_database(self, template: str = "template0") -> str:
        """Return the URL of a new database, a copy of `template`."""
        self._made += 1
        name = f"test_{os.getpid()}_{self._made}"
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.url_of(name)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One server for the whole run."""
    with running_postgres() as running:
        yield running


@pytest.fixture(scope="session")
def postgres_url(postgres: Postgres) -> str:
    """The URL of an empty database on the run's server."""
    return postgres.new_database()


def _someone_else(folder: Path) -> tuple[list[str], str]:
    """Return the words that start a program as a user whom PostgreSQL accepts; it dies with the test run."""
    setpriv = ["setpriv", "--pdeathsig", "INT"]
    if os.geteuid() != 0:
        return setpriv, getpass.getuser()
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        pytest.fail(f"没有 postgres 用户,请运行 / there is no user postgres, please run: {INSTALL}", pytrace=False)
    os.chown(folder, account.pw_uid, account.pw_gid)
    return [*setpriv, "--reuid", "postgres", "--regid", "postgres", "--init-groups"], "postgres"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > give_up:
                pytest.fail(f"PostgreSQL did not start:\n{log.read_text()[-2000:]}", pytrace=False)
            time.sleep(0.05)  # between two questions, not in place of one
