"""Users, sessions and the access log on both engines."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from callcenter.adapters.database.engine import Database
from callcenter.adapters.database.people import Access, People, User, hash_password, password_matches
from callcenter.adapters.database.tables import WEB_SESSIONS
from callcenter.domain.errors import Refused
from callcenter.domain.ids import AgentId

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECRET = "天然气 96777"
SECRET_HASH = hash_password(SECRET)


@pytest.fixture
def people(database: Database) -> People:
    return People(database)


@pytest.fixture
def alice(people: People) -> User:
    return people.create_user("alice", SECRET_HASH, "张爱丽", "agent", NOW, agent=AgentId("8001"), extension="8001")


def test_a_user_comes_back_equal(people: People, alice: User) -> None:
    assert people.by_login("alice") == alice
    assert people.by_login("ALICE") is None
    lead = people.create_user("lead", SECRET_HASH, "班长", "lead", NOW)
    assert people.users() == [alice, lead]


@pytest.mark.parametrize(("login", "agent"), [("alice", "8002"), ("bob", "8001")])
def test_a_login_or_an_agent_id_is_given_once(people: People, alice: User, login: str, agent: str) -> None:
    with pytest.raises(Refused) as refused:
        people.create_user(login, SECRET_HASH, "x", "agent", NOW, agent=AgentId(agent))
    assert refused.value.message.code == "user_exists"
    assert people.users() == [alice]


def test_passwords(people: People, alice: User) -> None:
    assert alice.password_hash.startswith("$argon2id$")
    assert SECRET not in alice.password_hash
    assert hash_password(SECRET) != SECRET_HASH
    assert password_matches(alice, SECRET)
    assert not password_matches(alice, SECRET + " ")
    assert not password_matches(None, SECRET)
    people.set_locked(alice.id, True)
    assert not password_matches(people.by_login("alice"), SECRET)


def test_a_session_lives_until_it_expires(people: People, alice: User, database: Database) -> None:
    token = people.open_session(alice.id, NOW, HOUR)
    assert people.user_of_session(token, NOW) == alice
    assert people.user_of_session(token[:-1], NOW) is None
    assert people.user_of_session("", NOW) is None
    assert people.touch_session(token, NOW + HOUR / 2, HOUR)
    assert people.user_of_session(token, NOW + HOUR * 1.4) == alice
    assert people.user_of_session(token, NOW + HOUR * 1.5) is None
    assert not people.touch_session(token, NOW + HOUR * 2, HOUR)
    people.open_session(alice.id, NOW + HOUR * 2, HOUR)
    with database.reading() as connection:
        hashes = list(connection.scalars(select(WEB_SESSIONS.c.token_hash)))
    assert len(hashes) == 1
    assert token not in hashes


def test_sessions_end_at_log_out_new_password_lock_and_by_force(people: People, alice: User) -> None:
    def opened() -> str:
        return people.open_session(alice.id, NOW, HOUR)

    one, two = opened(), opened()
    people.close_session(one)
    assert people.user_of_session(one, NOW) is None
    assert people.user_of_session(two, NOW) == alice
    people.set_password_hash(alice.id, SECRET_HASH)
    assert people.user_of_session(two, NOW) is None
    three = opened()
    people.close_sessions_of(alice.id)
    assert people.user_of_session(three, NOW) is None
    four = opened()
    people.set_locked(alice.id, True)
    assert people.user_of_session(four, NOW) is None
    people.set_locked(alice.id, False)
    assert people.user_of_session(four, NOW) is None
    assert people.user_of_session(opened(), NOW) is not None


def test_the_access_log_keeps_every_line(people: People) -> None:
    lines = [Access(NOW + HOUR * n, "alice", "reveal_number", f"customer:{n % 2}", "10.0.0.7") for n in range(4)]
    for line in lines:
        people.note_access(line)
    assert people.accesses() == lines[::-1]
    assert people.accesses("customer:1") == [lines[3], lines[1]]
    assert people.accesses(limit=1) == [lines[3]]
