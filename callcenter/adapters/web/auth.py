"""Who asks: session cookie, roles, and the checks that a request comes from our own page."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Request, g, request

from callcenter.adapters.web.house import House
from callcenter.adapters.web.problems import stop
from callcenter.adapters.web.wire import Role
from callcenter.domain.ids import AgentId
from callcenter.service.ports import Person

COOKIE = "cc_session"
LEADING: tuple[Role, ...] = ("lead", "supervisor", "admin")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(asked: Request, origins: Sequence[str]) -> None:
    """Refuse a change that another site's page sends with our cookie, and any body that is not JSON."""
    if asked.method in _SAFE or not asked.path.startswith("/api/"):
        return
    if not same_origin(asked.headers.get("Origin"), asked.host, origins):
        raise stop(403)
    if asked.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise stop(403)
    if not asked.is_json:
        raise stop(415)


def same_origin(origin: str | None, host: str, origins: Sequence[str]) -> bool:
    """Return whether a page of `origin` may use our cookie. Programs send no Origin and hold no browser's cookie."""
    return origin is None or origin in origins or urlsplit(origin).netloc == host


def person_of(house: House, environ_or_request: Any = None) -> Person | None:
    """Return who the cookie's session belongs to, or None."""
    asked = environ_or_request or request
    token = asked.cookies.get(COOKIE)
    return house.people.session(token) if token else None


def need(house: House, *roles: Role) -> Person:
    """Return the person who asks; any role when none is named. Ends the request with 401 or 403 otherwise."""
    person = person_of(house)
    if person is None:
        raise stop(401)
    if roles and person.role not in roles:
        raise stop(403)
    g.login = person.login
    return person


def need_agent(house: House) -> tuple[Person, AgentId]:
    """Return the person and the 工号; 403 for people without one."""
    person = need(house)
    if person.agent is None:
        raise stop(403)
    return person, person.agent
