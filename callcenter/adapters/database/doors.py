"""The web's door to people: implements `ports.People` on the users, sessions and access log."""

from collections.abc import Callable
from datetime import datetime, timedelta

from callcenter.adapters.database.people import Access, People, User, password_matches
from callcenter.service.ports import Person


class WebPeople:
    """Any thread; see the port."""

    def __init__(self, people: People, clock: Callable[[], datetime]) -> None:
        self._people, self._clock = people, clock

    def verify(self, login: str, password: str) -> Person | None:
        """Return the person whose password this is, or None."""
        user = self._people.by_login(login)
        return _person(user) if password_matches(user, password) and user else None

    def open_session(self, login: str, hours: int) -> str:
        """Return a new session's token. Raises LookupError when the person is gone."""
        user = self._people.by_login(login)
        if user is None:
            raise LookupError(login)
        return self._people.open_session(user.id, self._clock(), timedelta(hours=hours))

    def session(self, token: str) -> Person | None:
        """Return whose session it is, or None."""
        user = self._people.user_of_session(token, self._clock())
        return _person(user) if user else None

    def close_session(self, token: str) -> None:
        """End a session."""
        self._people.close_session(token)

    def log_access(self, login: str, deed: str, subject: str, address: str) -> None:
        """Append to the access log."""
        self._people.note_access(Access(self._clock(), login, deed, subject, address))


def _person(user: User) -> Person:
    return Person(user.login, user.name, user.role, user.agent)
