"""A house of fakes with its application, stopped after the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from callcenter.adapters.web import rest
from callcenter.adapters.web.auth import COOKIE
from callcenter.adapters.web.feed import Feed
from tests.web.house import Fakes

As = Callable[[str], FlaskClient]


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    (tmp_path / "index.html").write_text("<!doctype html><title>desk</title>", "utf-8")
    return Fakes(tmp_path)


@pytest.fixture
def feed(fakes: Fakes) -> Iterator[Feed]:
    made = fakes.feed()
    yield made
    made.stop()


@pytest.fixture
def as_(fakes: Fakes, feed: Feed) -> As:
    """Return a client who is logged in as somebody; '' is nobody."""
    app = rest.build(fakes.house(feed))

    def client(login: str) -> FlaskClient:
        made = app.test_client()
        if login:
            made.set_cookie(COOKIE, fakes.people.open_session(login, 1))
        return made

    return client
