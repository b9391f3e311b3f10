"""Users, their browser sessions and the access log: the few rows that web threads write, in short transactions."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from callcenter.adapters.database.engine import Database
from callcenter.adapters.database.tables import ACCESS_LOG, USERS, WEB_SESSIONS
from callcenter.domain.errors import Refused
from callcenter.domain.ids import AgentId

Role = Literal["agent", "lead", "supervisor", "admin"]
HASHER = PasswordHasher()
NOBODY_HASH = HASHER.hash(secrets.token_hex())
"""Checked when a login is unknown, so that the answer takes as long as for a known one."""


@dataclass(frozen=True, slots=True)
class User:
    """Someone who may log in. `agent` and `extension` are None for people without a desk."""

    id: int
    login: str
    name: str
    role: Role
    agent: AgentId | None
    extension: str | None
    locked: bool
    password_hash: str


@dataclass(frozen=True, slots=True)
class Access:
    """Who did what to whose data: `deed` is `reveal_number`, `play_recording`, `export_calls`..."""

    at: datetime
    login: str
    deed: str
    subject: str
    address: str


def hash_password(password: str) -> str:
    """Return an argon2id hash; takes about 0.1 s and 64 MiB, and lets other threads run."""
    return HASHER.hash(password)


def password_matches(user: User | None, password: str) -> bool:
    """Return whether `password` is right; an unknown or locked user costs the same time and is False."""
    try:
        right = HASHER.verify(user.password_hash if user else NOBODY_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and user is not None and not user.locked


class People:
    """Any thread. Every method raises RecordsAway when the database does not answer in time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- users ---------------------------------------------------------------------------------------

    def create_user(
        self,
        login: str,
        password_hash: str,
        name: str,
        role: Role,
        now: datetime,
        *,
        agent: AgentId | None = None,
        extension: str | None = None,
    ) -> User:
        """Return the new user. Raises Refused `user_exists` when the login or the agent id is taken."""
        values: dict[str, Any] = {"login": login, "password_hash": password_hash, "name": name, "role": role}
        values |= {"agent": agent, "extension": extension, "created_at": now}
        try:
            with self._database.writing() as connection:
                key = connection.execute(insert(USERS).values(**values)).inserted_primary_key
        except IntegrityError as error:
            raise Refused(
                "user_exists", "登录名或工号已被使用，请换一个", "login or agent id is taken: choose another"
            ) from error
        assert key is not None  # noqa: S101 - both engines return the key of one inserted row
        return User(key.id, login, name, role, agent, extension, False, password_hash)

    def by_login(self, login: str) -> User | None:
        """Return the user with this login, or None."""
        return self._one(USERS.c.login == login)

    def users(self) -> Sequence[User]:
        """Return everybody, by login."""
        with self._database.reading() as connection:
            return [_user(row) for row in connection.execute(select(USERS).order_by(USERS.c.login))]

    def set_password_hash(self, user: int, password_hash: str) -> None:
        """Change the password and end every session of the user."""
        with self._database.writing() as connection:
            connection.execute(update(USERS).where(USERS.c.id == user).values(password_hash=password_hash))
            connection.execute(delete(WEB_SESSIONS).where(WEB_SESSIONS.c.user_id == user))

    def set_locked(self, user: int, locked: bool) -> None:
        """Lock or unlock; locking ends every session of the user."""
        with self._database.writing() as connection:
            connection.execute(update(USERS).where(USERS.c.id == user).values(locked=locked))
            if locked:
                connection.execute(delete(WEB_SESSIONS).where(WEB_SESSIONS.c.user_id == user))

    # --- sessions ------------------------------------------------------------------------------------

    def open_session(self, user: int, now: datetime, lasts: timedelta) -> str:
        """Return a new secret token for the browser's cookie; only its hash is kept. Drops expired sessions."""
        token = secrets.token_urlsafe(32)
        with self._database.writing() as connection:
            connection.execute(delete(WEB_SESSIONS).where(WEB_SESSIONS.c.expires_at <= now))
            connection.execute(
                insert(WEB_SESSIONS).values(
                    token_hash=_hash(token), user_id=user, created_at=now, seen_at=now, expires_at=now + lasts
                )
            )
        return token

    def user_of_session(self, token: str, now: datetime) -> User | None:
        """Return the user of a session that has not expired, unless locked; else None."""
        query = (
            select(USERS)
            .join(WEB_SESSIONS, WEB_SESSIONS.c.user_id == USERS.c.id)
            .where(WEB_SESSIONS.c.token_hash == _hash(token), WEB_SESSIONS.c.expires_at > now, ~USERS.c.locked)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return _user(row) if row else None

    def touch_session(self, token: str, now: datetime, lasts: timedelta) -> bool:
        """Note that the session is in use and let it last on; False when it is gone. Once a minute is enough."""
        alive = (WEB_SESSIONS.c.token_hash == _hash(token)) & (WEB_SESSIONS.c.expires_at > now)
        with self._database.writing() as connection:
            done = connection.execute(update(WEB_SESSIONS).where(alive).values(seen_at=now, expires_at=now + lasts))
        return bool(done.rowcount)

    def close_session(self, token: str) -> None:
        """Forget one session."""
        with self._database.writing() as connection:
            connection.execute(delete(WEB_SESSIONS).where(WEB_SESSIONS.c.token_hash == _hash(token)))

    def close_sessions_of(self, user: int) -> None:
        """Forget every session of a user (强制签出)."""
        with self._database.writing() as connection:
            connection.execute(delete(WEB_SESSIONS).where(WEB_SESSIONS.c.user_id == user))

    # --- the access log --------------------------------------------------------------------------------

    def note_access(self, access: Access) -> None:
        """Add one line; committed when this returns, so call it before showing anything."""
        with self._database.writing() as connection:
            connection.execute(
                insert(ACCESS_LOG).values(
                    at=access.at,
                    login=access.login,
                    deed=access.deed,
                    subject=access.subject,
                    address=access.address,
                )
            )

    def accesses(self, subject: str = "", limit: int = 100) -> Sequence[Access]:
        """Return the newest lines, of one subject (`customer:17`) or of all."""
        query = select(ACCESS_LOG).order_by(ACCESS_LOG.c.id.desc()).limit(limit)
        if subject:
            query = query.where(ACCESS_LOG.c.subject == subject)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [Access(row.at, row.login, row.deed, row.subject, row.address) for row in rows]

    def _one(self, wish: ColumnElement[bool]) -> User | None:
        with self._database.reading() as connection:
            row = connection.execute(select(USERS).where(wish)).first()
        return _user(row) if row else None


def _hash(token: str) -> str:
    """Return the token's SHA-256: the token itself is random enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _user(row: Any) -> User:
    return User(row.id, row.login, row.name, row.role, row.agent, row.extension, row.locked, row.password_hash)
