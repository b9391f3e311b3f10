"""REST: log-in, what an agent wishes, snapshots. Each route checks who asks, asks the core, answers a wire type."""

from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Any

from flask import Flask, Response, g, jsonify, make_response, request, send_from_directory
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_openapi3.models.info import Info
from flask_openapi3.models.security_scheme import SecurityScheme
from flask_openapi3.openapi import OpenAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from werkzeug.middleware.proxy_fix import ProxyFix

from callcenter import __version__
from callcenter.adapters.web import wire as w
from callcenter.adapters.web.auth import COOKIE, LEADING, check_origin, need, need_agent, person_of
from callcenter.adapters.web.house import House
from callcenter.adapters.web.problems import Stop, catch, refused_body, stop
from callcenter.domain import commands as c
from callcenter.domain.events import PhoneKind
from callcenter.domain.ids import AgentId, CallId, CustomerId
from callcenter.service.ports import Person

LOCAL = ("127.0.0.1", "::1")
"""Who may read the metrics without a log-in: a collector on this machine."""

SECURITY: dict[str, SecurityScheme | dict[str, Any]] = {"session": {"type": "apiKey", "in": "cookie", "name": COOKIE}}
_ERRORS: dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None] = dict.fromkeys(
    (401, 403, 409, 415, 422, 429, 503), w.Problem
)


class CallPath(BaseModel):
    """A call's id in a path."""

    call: Annotated[str, Field(max_length=64)]


class CustomerPath(BaseModel):
    """A customer's id in a path."""

    customer: int


def build(house: House) -> OpenAPI:
    """Return the Flask application with every route; sockets are added by `sockets.attach`."""
    app = OpenAPI(
        __name__,
        info=Info(title="callcenter", version=__version__),
        security_schemes=SECURITY,
        responses=_ERRORS,
        validation_error_model=w.Problem,
        validation_error_callback=refused_body,
        doc_prefix="/api",
        static_folder=None,
    )
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024
    if house.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    catch(app)
    app.before_request(lambda: check_origin(request, house.origins))
    app.after_request(lambda answer: _harden(answer, house))
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    _log_in_routes(app, house, limiter)
    _desk_routes(app, house)
    _call_routes(app, house)
    _board_routes(app, house)
    _page_routes(app, house.pages)
    return app


def _log_in_routes(app: OpenAPI, house: House, limiter: Limiter) -> None:
    def limit() -> str:
        return f"{house.logins_per_minute} per minute"

    def named() -> str:
        body = request.get_json(silent=True)
        return str(body.get("login", "")) if isinstance(body, dict) else ""

    @app.post("/api/login", responses={200: w.Me})
    @limiter.limit(limit)
    @limiter.limit(limit, key_func=named)
    def log_in(body: w.LoginForm) -> Response:
        person = house.people.verify(body.login, body.password)
        house.people.log_access(body.login, "log_in" if person else "log_in_refused", "", _address())
        if person is None:
            words = w.Problem(code="wrong_login", zh="账号或密码不正确。", en="Wrong login or password.")
            raise Stop(401, words)
        token = house.people.open_session(person.login, house.session_hours)
        answer = make_response(jsonify(_me(house, person).model_dump()))
        answer.set_cookie(
            COOKIE,
            token,
            max_age=house.session_hours * 3600,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure,
        )
        return answer

    @app.post("/api/logout", responses={200: w.Done})
    def log_out() -> Response:
        person = person_of(house)
        if person is not None:
            house.people.close_session(request.cookies[COOKIE])
            house.people.log_access(person.login, "log_out", "", _address())
        answer = make_response(jsonify(w.Done().model_dump()))
        answer.delete_cookie(COOKIE)
        return answer

    @app.get("/api/welcome", responses={200: w.Welcome})
    def welcome() -> Response:
        return _json(w.Welcome(organisation=house.organisation, hotline=house.hotline))

    @app.get("/api/me", responses={200: w.Me})
    def me() -> Response:
        return _json(_me(house, need(house)))


def _desk_routes(app: OpenAPI, house: House) -> None:
    @app.get("/api/desk/rules", responses={200: w.DeskRules})
    def desk_rules() -> Response:
        need(house)
        return _json(house.desk_rules)

    @app.get("/api/desk", responses={200: w.Desk})
    def desk() -> Response:
        _, agent = need_agent(house)
        return _json(house.feed.desk(agent))

    @app.post("/api/agent/sign-in", responses={200: w.Done})
    def sign_in(body: w.SignInForm) -> Response:
        return _wish(house, lambda agent, login: c.SignIn(agent, login, PhoneKind(body.phone), body.page))

    @app.post("/api/agent/sign-out", responses={200: w.Done})
    def sign_out() -> Response:
        return _wish(house, c.SignOut)

    @app.post("/api/agent/state", responses={200: w.Done})
    def state(body: w.StateForm) -> Response:
        def wish(agent: AgentId, login: str) -> c.Command:
            match body.state:
                case "ready":
                    return c.BeReady(agent, login)
                case "busy":
                    return c.BeBusy(agent, login, body.reason)
                case "break":
                    return c.TakeBreak(agent, login, body.reason)

        return _wish(house, wish)

    @app.post("/api/customers/<int:customer>/reveal", responses={200: w.Revealed})
    def reveal(path: CustomerPath, body: w.RevealForm) -> Response:
        person = need(house)
        if person.role not in LEADING and path.customer not in _on_desk(house, person):
            raise stop(403)
        customer = house.records.customer(CustomerId(path.customer))
        if customer is None or not 0 <= body.index < len(customer.phones):
            raise stop(404)
        house.people.log_access(person.login, "reveal_number", f"customer:{customer.id}:{body.index}", _address())
        return _json(w.Revealed(number=customer.phones[body.index].number))


def _call_routes(app: OpenAPI, house: House) -> None:
    @app.post("/api/call/reject", responses={200: w.Done})
    def reject() -> Response:
        return _wish(house, c.RejectOffer)

    @app.post("/api/call/hangup", responses={200: w.Done})
    def hang_up() -> Response:
        return _wish(house, c.HangUp)

    @app.post("/api/call/mute", responses={200: w.Done})
    def mute(body: w.SwitchForm) -> Response:
        return _wish(house, lambda agent, login: c.Mute(agent, login, body.on))

    @app.put("/api/calls/<string:call>/note", responses={200: w.Done})
    def note(path: CallPath, body: w.NoteForm) -> Response:
        return _wish(house, lambda agent, login: c.SaveNote(agent, login, CallId(path.call), body.text, body.code))

    @app.post("/api/calls/<string:call>/wrap-up", responses={200: w.Done})
    def wrap_up(path: CallPath, body: w.WrapUpForm) -> Response:
        return _wish(house, lambda agent, login: c.FinishWrapUp(agent, login, CallId(path.call), body.code, body.note))

    @app.post("/api/calls/<string:call>/extend", responses={200: w.Done})
    def extend(path: CallPath) -> Response:
        del path
        return _wish(house, c.ExtendWrapUp)

    @app.post("/api/calls/<string:call>/customer", responses={200: w.Done})
    def customer(path: CallPath, body: w.CustomerChoice) -> Response:
        return _wish(
            house, lambda agent, login: c.NameCustomer(agent, login, CallId(path.call), CustomerId(body.customer))
        )


def _board_routes(app: OpenAPI, house: House) -> None:
    @app.get("/api/board", responses={200: w.Board})
    def board() -> Response:
        need(house, *LEADING)
        return _json(house.feed.board())

    @app.get("/healthz")
    def healthz() -> Response:
        parts = house.ready()
        answer = jsonify(parts)
        answer.status_code = 200 if all(parts.values()) else 503
        return answer

    @app.get("/metrics")
    def metrics() -> Response:
        if request.remote_addr not in LOCAL:
            need(house, "admin")
        return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _page_routes(app: Flask, pages: Path) -> None:
    """The built desk; every path that is no file is the one page, whose router knows the rest."""

    @app.route("/", defaults={"path": "index.html"}, methods=["GET"])
    @app.route("/<path:path>", methods=["GET"])
    def page(path: str) -> Response:
        if path.startswith(("api/", "socket.io")):
            raise stop(404)
        found = path if (pages / path).is_file() else "index.html"
        answer = send_from_directory(pages, found)
        fixed = found.startswith("assets/")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fixed else "no-cache"
        return answer


def _wish(house: House, wish: Callable[[AgentId, str], c.Command]) -> Response:
    person, agent = need_agent(house)
    house.ask(wish(agent, person.login))
    return _json(w.Done())


def _on_desk(house: House, person: Person) -> set[int]:
    """Return the customers whom the person's desk shows now."""
    if person.agent is None:
        return set()
    desk = house.feed.desk(person.agent)
    return {card.id for card in (desk.customer, *desk.candidates) if card is not None}


def _me(house: House, person: Person) -> w.Me:
    return w.Me.model_validate(
        {
            "login": person.login,
            "name": person.name,
            "role": person.role,
            "agent": person.agent,
            "phone": house.phone_of(person.agent) if person.agent else None,
            "organisation": house.organisation,
            "hotline": house.hotline,
        }
    )


def _json(message: w.Wire) -> Response:
    return Response(message.model_dump_json(), content_type="application/json")


def _address() -> str:
    return request.remote_addr or ""


def _harden(answer: Response, house: House) -> Response:
    """Set what every answer carries. Inline styles are the component library's; scripts are ours only."""
    policy = (
        "default-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "media-src 'self' blob: mediastream:",
        f"connect-src 'self' {house.phone_origin}",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
    answer.headers.setdefault("Content-Security-Policy", "; ".join(policy))
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
    if request.path.startswith("/api/"):
        answer.headers["Cache-Control"] = "no-store"
    g.pop("login", None)
    return answer
