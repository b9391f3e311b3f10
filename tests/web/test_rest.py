"""Log-in, refusals and their words, and the walls against other sites' pages."""

import json

import pytest
from werkzeug.test import TestResponse

from callcenter.adapters.web import rest
from callcenter.adapters.web.auth import COOKIE
from callcenter.adapters.web.feed import Feed
from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.errors import Refused
from callcenter.domain.ids import CallId, CustomerId
from callcenter.service.ports import RecordsAway
from tests.service.room import ANN
from tests.web.conftest import As
from tests.web.house import PASSWORD, Fakes, shown, until

ODD = "<img src=x onerror=alert(1)>"


def problem(answer: TestResponse, status: int, code: str) -> dict[str, object]:
    """Every error is a Problem in both languages that echoes nothing."""
    assert answer.status_code == status
    body = json.loads(answer.data)
    assert set(body) == {"code", "zh", "en", "fields"}
    assert body["code"] == code
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["zh"])
    assert body["en"].isascii()
    assert ODD not in answer.text
    return dict(body)


def test_logging_in_gives_a_cookie_that_scripts_cannot_read(as_: As, fakes: Fakes) -> None:
    answer = as_("").post("/api/login", json={"login": "ann", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=Lax", "Max-Age=43200", "Path=/"))
    assert answer.json["agent"] == "8001"
    assert answer.json["phone"]["extension"] == "8001"
    assert fakes.people.accesses == [("ann", "log_in", "")]


def test_over_tls_the_cookie_never_leaves_it(as_: As) -> None:
    answer = as_("").post("/api/login", json={"login": "ann", "password": PASSWORD}, base_url="https://desk.example")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_wrong_password_and_an_unknown_login_look_the_same(as_: As, fakes: Fakes) -> None:
    wrong = as_("").post("/api/login", json={"login": "ann", "password": ODD})
    unknown = as_("").post("/api/login", json={"login": ODD, "password": PASSWORD})
    assert problem(wrong, 401, "wrong_login") == problem(unknown, 401, "wrong_login")
    assert "Set-Cookie" not in wrong.headers
    assert [deed for _, deed, _ in fakes.people.accesses] == ["log_in_refused"] * 2


def test_logging_out_ends_the_session(as_: As, fakes: Fakes) -> None:
    client = as_("ann")
    token = client.get_cookie(COOKIE)
    assert token is not None
    client.post("/api/logout", json={})
    assert token.value not in fakes.people.sessions
    client.set_cookie(COOKIE, token.value)
    problem(client.get("/api/me"), 401, "not_logged_in")


def test_a_forged_session_is_nobodys(as_: As) -> None:
    client = as_("")
    for token in ("", "x", "token-ann-0", ODD):
        client.set_cookie(COOKIE, token)
        problem(client.get("/api/desk"), 401, "not_logged_in")


def test_guessing_is_slowed_down_by_address_and_by_login(fakes: Fakes, feed: Feed) -> None:
    fakes.logins_per_minute = 5
    app = rest.build(fakes.house(feed))
    wrong = {"login": "ann", "password": "guess"}
    for _ in range(5):
        problem(app.test_client().post("/api/login", json=wrong), 401, "wrong_login")
    problem(app.test_client().post("/api/login", json={"login": "bob", "password": PASSWORD}), 429, "too_many")
    elsewhere = {"REMOTE_ADDR": "10.0.0.9"}
    problem(app.test_client().post("/api/login", json=wrong, environ_base=elsewhere), 429, "too_many")
    other = app.test_client().post("/api/login", json={"login": "sue", "password": PASSWORD}, environ_base=elsewhere)
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Origin": "https://evil.example"}, 403, "forbidden"),
        ({"Origin": "null"}, 403, "forbidden"),
        ({"Origin": "http://localhost.evil.example"}, 403, "forbidden"),
        ({"Origin": "http://localhost:81"}, 403, "forbidden"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, "forbidden"),
        ({"Sec-Fetch-Site": "same-site"}, 403, "forbidden"),
        ({"Content-Type": "text/plain"}, 415, "not_json"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415, "not_json"),
        ({"Content-Type": ""}, 415, "not_json"),
    ],
)
@pytest.mark.parametrize("path", ["/api/agent/sign-out", "/api/call/hangup", "/api/login", "/api/agent/state"])
def test_another_sites_page_changes_nothing(
    as_: As, fakes: Fakes, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    sent = {"Content-Type": "application/json", **headers}
    answer = as_("ann").post(path, data='{"login": "ann", "password": "x", "state": "ready"}', headers=sent)
    problem(answer, status, code)
    assert (fakes.asked, fakes.people.accesses) == ([], [])


def test_our_own_page_and_a_configured_origin_may(as_: As, fakes: Fakes, feed: Feed) -> None:
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert as_("ann").post("/api/agent/sign-out", json={}, headers=own).status_code == 200
    fakes.origins = ("https://desk.example",)
    client = rest.build(fakes.house(feed)).test_client()
    client.set_cookie(COOKIE, fakes.people.open_session("ann", 1))
    other = {"Origin": "https://desk.example"}
    assert client.post("/api/agent/sign-out", json={}, headers=other).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/api/agent/state", {"state": ODD}, "state"),
        ("/api/agent/state", {"state": "ready", ODD: 1}, None),
        ("/api/agent/sign-in", {"phone": "sip", "page": ODD * 9}, "page"),
        ("/api/calls/c1/wrap-up", {"code": ""}, "code"),
        ("/api/calls/c1/customer", {"customer": ODD}, "customer"),
        ("/api/login", {"login": ODD * 9, "password": "x"}, "login"),
        ("/api/login", [ODD], None),
        ("/api/login", ODD, None),
    ],
)
def test_a_body_that_does_not_fit_names_its_fields_and_echoes_nothing(
    as_: As, path: str, body: object, field: str | None
) -> None:
    answer = as_("ann").post(path, json=body)
    said = problem(answer, 422, "bad_request") if field is not None else None
    assert answer.status_code == 422
    assert ODD not in answer.text or field is None
    assert said is None or field in said["fields"]  # type: ignore[operator]


def test_a_body_that_is_no_json_or_too_long(as_: As) -> None:
    headers = {"Content-Type": "application/json"}
    assert as_("ann").post("/api/agent/state", data="{" + ODD, headers=headers).status_code in (400, 422)
    assert as_("ann").post("/api/agent/state", data="x" * 300_000, headers=headers).status_code == 413


def test_what_the_core_refuses_reaches_people_in_its_own_words(as_: As, fakes: Fakes) -> None:
    def refuse(_: c.Command) -> None:
        raise Refused("on_call", "通话中不能签出，请先挂机。", "You cannot sign out during a call; hang up first.")

    fakes.answer = refuse
    said = problem(as_("ann").post("/api/agent/sign-out", json={}), 409, "on_call")
    assert said["zh"] == "通话中不能签出，请先挂机。"


def test_a_fault_of_ours_is_a_problem_too_and_tells_no_secret(as_: As, fakes: Fakes) -> None:
    def fail(_: c.Command) -> None:
        raise RuntimeError(ODD)

    fakes.answer = fail
    problem(as_("ann").post("/api/agent/sign-out", json={}), 500, "server_fault")


def test_a_database_that_is_away_says_that_calls_go_on(as_: As, fakes: Fakes) -> None:
    def away(_: c.Command) -> None:
        raise RecordsAway("x")

    fakes.answer = away
    problem(as_("ann").post("/api/agent/sign-out", json={}), 503, "records_away")
    fakes.people.away = True
    problem(as_("").post("/api/login", json={"login": "ann", "password": PASSWORD}), 503, "records_away")


def test_unknown_paths_and_methods(as_: As) -> None:
    problem(as_("ann").get("/api/nothing"), 404, "not_found")
    wrong = as_("ann").get("/api/agent/sign-out")
    assert wrong.status_code in (404, 405)
    problem(as_("ann").get("/socket.io/x"), 404, "not_found")
    assert "desk" in as_("").get("/any/page/of/the/desk").text


@pytest.mark.parametrize(
    "path", ["/../../pyproject.toml", "/%2e%2e/pyproject.toml", "/..%2fpyproject.toml", "//etc/passwd"]
)
def test_no_path_leads_out_of_the_pages(as_: As, path: str) -> None:
    answer = as_("").get(path)
    assert "title>desk" in answer.text or answer.status_code in (400, 404, 308)


def test_every_answer_carries_the_walls(as_: As) -> None:
    for path in ("/", "/api/me", "/api/nothing", "/healthz"):
        headers = as_("ann").get(path).headers
        assert "script-src" not in headers["Content-Security-Policy"]
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert as_("ann").get("/api/me").headers["Cache-Control"] == "no-store"


def test_each_wish_becomes_its_command(as_: As, fakes: Fakes) -> None:
    ann = as_("ann")
    ann.post("/api/agent/sign-in", json={"phone": "browser", "page": "p1"})
    ann.post("/api/agent/state", json={"state": "break", "reason": "lunch"})
    ann.post("/api/agent/state", json={"state": "busy", "reason": "paper"})
    ann.post("/api/call/mute", json={"on": True})
    ann.put("/api/calls/1763600000.1/note", json={"text": "阀门", "code": "leak"})
    ann.post("/api/calls/c1/wrap-up", json={"code": "leak", "note": "好"})
    ann.post("/api/calls/c1/extend", json={})
    ann.post("/api/calls/c1/customer", json={"customer": 7})
    assert fakes.asked == [
        c.SignIn(ANN, "ann", e.PhoneKind.BROWSER, "p1"),
        c.TakeBreak(ANN, "ann", "lunch"),
        c.BeBusy(ANN, "ann", "paper"),
        c.Mute(ANN, "ann", on=True),
        c.SaveNote(ANN, "ann", CallId("1763600000.1"), "阀门", "leak"),
        c.FinishWrapUp(ANN, "ann", CallId("c1"), "leak", "好"),
        c.ExtendWrapUp(ANN, "ann"),
        c.NameCustomer(ANN, "ann", CallId("c1"), CustomerId(7)),
    ]


def test_a_number_is_shown_in_full_only_to_who_handles_the_call_and_it_is_written_down(
    as_: As, fakes: Fakes, feed: Feed
) -> None:
    problem(as_("ann").post("/api/customers/1/reveal", json={"index": 0}), 403, "forbidden")
    room = fakes.room
    room.signs_in(ANN)
    room.queues("c1", 10)
    for agent in (ANN,):
        room.answers("c1", agent, 12)
    feed.stop()
    with_call = fakes.feed()
    client = rest.build(fakes.house(with_call)).test_client()
    client.set_cookie(COOKIE, fakes.people.open_session("ann", 1))
    shown(with_call, room.last, room)
    fakes.people.accesses.clear()
    until(lambda: with_call.desk(ANN).customer is not None)
    answer = client.post("/api/customers/1/reveal", json={"index": 0})
    assert (answer.status_code, answer.json) == (200, {"number": "+8613800138000"})
    assert fakes.people.accesses == [("ann", "reveal_number", "customer:1:0")]
    problem(client.post("/api/customers/2/reveal", json={"index": 0}), 403, "forbidden")
    with_call.stop()
    problem(as_("sue").post("/api/customers/1/reveal", json={"index": 9}), 404, "not_found")
    problem(as_("sue").post("/api/customers/1/reveal", json={"index": -1}), 404, "not_found")
    problem(as_("sue").post("/api/customers/99/reveal", json={"index": 0}), 404, "not_found")
