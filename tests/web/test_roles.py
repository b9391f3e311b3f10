"""Every route meets every role. A route that this table does not know fails the test."""

import re
from http import HTTPStatus

import pytest

from callcenter.adapters.web import rest
from callcenter.adapters.web.feed import Feed
from tests.asterisk.figures import figure
from tests.web.conftest import As
from tests.web.house import Fakes

ROLES = ("ann", "lea", "sue", "adm", "")
SIGN_IN = {"phone": "sip", "page": "p1"}

# (method, path, body): status for an agent, a lead, a supervisor, an admin, nobody
TABLE: dict[tuple[str, str], tuple[object, tuple[int, int, int, int, int]]] = {
    ("POST", "/api/login"): ({"login": "ann", "password": "correct horse"}, (200, 200, 200, 200, 200)),
    ("POST", "/api/logout"): ({}, (200, 200, 200, 200, 200)),
    ("GET", "/api/me"): (None, (200, 200, 200, 200, 401)),
    ("GET", "/api/desk/rules"): (None, (200, 200, 200, 200, 401)),
    ("GET", "/api/desk"): (None, (200, 403, 403, 403, 401)),
    ("GET", "/api/board"): (None, (403, 200, 200, 200, 401)),
    ("POST", "/api/agent/sign-in"): (SIGN_IN, (200, 403, 403, 403, 401)),
    ("POST", "/api/agent/sign-out"): ({}, (200, 403, 403, 403, 401)),
    ("POST", "/api/agent/state"): ({"state": "ready"}, (200, 403, 403, 403, 401)),
    ("POST", "/api/customers/1/reveal"): ({"index": 0}, (403, 200, 200, 200, 401)),
    ("POST", "/api/call/reject"): ({}, (200, 403, 403, 403, 401)),
    ("POST", "/api/call/hangup"): ({}, (200, 403, 403, 403, 401)),
    ("POST", "/api/call/mute"): ({"on": True}, (200, 403, 403, 403, 401)),
    ("PUT", "/api/calls/c1/note"): ({"text": "x"}, (200, 403, 403, 403, 401)),
    ("POST", "/api/calls/c1/wrap-up"): ({"code": "leak"}, (200, 403, 403, 403, 401)),
    ("POST", "/api/calls/c1/extend"): ({}, (200, 403, 403, 403, 401)),
    ("POST", "/api/calls/c1/customer"): ({"customer": 1}, (200, 403, 403, 403, 401)),
    ("GET", "/api/welcome"): (None, (200, 200, 200, 200, 200)),
    ("GET", "/healthz"): (None, (200, 200, 200, 200, 200)),
    ("GET", "/metrics"): (None, (200, 200, 200, 200, 200)),
    ("GET", "/"): (None, (200, 200, 200, 200, 200)),
    ("GET", "/desk"): (None, (200, 200, 200, 200, 200)),
}


@pytest.mark.parametrize("role", range(len(ROLES)), ids=[login or "nobody" for login in ROLES])
def test_every_route_meets_every_role(as_: As, role: int) -> None:
    wrong = {}
    for (method, path), (body, statuses) in TABLE.items():
        answer = as_(ROLES[role]).open(path, method=method, json=body)
        if answer.status_code != statuses[role]:
            wrong[method, path] = answer.status_code
    assert wrong == {}


def test_s11_the_table_knows_every_route(fakes: Fakes, feed: Feed) -> None:
    """S11: a route outside the table is a route whose roles nobody thought about."""
    app = rest.build(fakes.house(feed))
    known = {(method, re.sub(r"/(1|c1)/", "/<>/", path)) for method, path in TABLE}
    routes = {
        (method, re.sub(r"<[^>]*>", "<>", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    documents = {("GET", "/api/"), ("GET", "/api/static/<>"), ("GET", "/api/openapi.json"), ("GET", "/<>")}
    assert routes - known == documents
    figure("S11", f"routes {len(TABLE)} x roles {len(ROLES)} wrong answers 0")


def test_s11_an_agent_acts_for_the_own_seat_only(as_: As, fakes: Fakes) -> None:
    """S11: there is no field in which another agent could be named."""
    for login in ("ann", "bob"):
        for (method, path), (body, statuses) in TABLE.items():
            if statuses[:2] == (200, 403):
                fakes.asked.clear()
                as_(login).open(path, method=method, json=body)
                assert {(wish.agent, wish.actor) for wish in fakes.asked} <= {
                    ({"ann": "8001", "bob": "8002"}[login], login)
                }
                extra = {**(body if isinstance(body, dict) else {}), "agent": "8009"}
                answer = as_(login).open(path, method=method, json=extra)
                forms = body not in ({}, None)
                assert answer.status_code == (HTTPStatus.UNPROCESSABLE_ENTITY if forms else HTTPStatus.OK)
