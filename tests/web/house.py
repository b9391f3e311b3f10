"""A house of fakes for the web room: people with every role, a core that takes notes, and the real feed."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from callcenter.adapters.web import wire as w
from callcenter.adapters.web.feed import Feed
from callcenter.adapters.web.house import House
from callcenter.domain.commands import Command
from callcenter.domain.customer import Customer, PastCall, Phone
from callcenter.domain.ids import AgentId, CallId, CustomerId
from callcenter.service.engine import Result
from callcenter.service.messages import DeskClosed, DeskOpened
from callcenter.service.ports import Person, Records, RecordsAway
from tests.fakes.records import MemoryRecords
from tests.service.room import ANN, BOB, RULES, Room, at

LI = Customer(CustomerId(1), "李娜", "2000000001", phones=(Phone("+8613800138000", "本人"),), due_fen=12_345)
WANG = Customer(CustomerId(2), "王伟", "2000000002", phones=(Phone("+8613900139000", "本人"),))
SHARED = Customer(CustomerId(3), "王芳", "2000000003", phones=(Phone("+8613900139000", "家属"),))
PAST = PastCall(CallId("c0"), at(-86_400), "answered", ANN, 61, "leak", "已派单")

PEOPLE = {
    "ann": Person("ann", "安", "agent", ANN),
    "bob": Person("bob", "博", "agent", BOB),
    "lea": Person("lea", "班长", "lead", None),
    "sue": Person("sue", "主管", "supervisor", None),
    "adm": Person("adm", "管理员", "admin", None),
}
PASSWORD = "correct horse"
DEADLINE_SECONDS = 5.0


class MemoryPeople:
    """Implements `ports.People`; `accesses` is the log."""

    def __init__(self) -> None:
        self.sessions: dict[str, str] = {}
        self.accesses: list[tuple[str, str, str]] = []
        self.away = False

    def verify(self, login: str, password: str) -> Person | None:
        if self.away:
            raise RecordsAway("away")
        return PEOPLE.get(login) if password == PASSWORD else None

    def open_session(self, login: str, hours: int) -> str:
        del hours
        token = f"token-{login}-{len(self.sessions)}"
        self.sessions[token] = login
        return token

    def session(self, token: str) -> Person | None:
        return PEOPLE.get(self.sessions.get(token, ""))

    def close_session(self, token: str) -> None:
        self.sessions.pop(token, None)

    def log_access(self, login: str, deed: str, subject: str, address: str) -> None:
        del address
        self.accesses.append((login, deed, subject))


class ListOut:
    """Implements `feed.Out`: what was sent, in order, as JSON values."""

    def __init__(self) -> None:
        self.desks: dict[str, list[dict[str, Any]]] = {}
        self.boards: list[dict[str, Any]] = []

    def desk(self, agent: AgentId, change: w.DeskChange) -> None:
        self.desks.setdefault(agent, []).append(change.model_dump(mode="json"))

    def board(self, change: w.BoardChange) -> None:
        self.boards.append(change.model_dump(mode="json"))


@dataclass
class Fakes:
    """One house and everything behind it."""

    pages: Path
    room: Room = field(default_factory=Room)
    people: MemoryPeople = field(default_factory=MemoryPeople)
    records: Records = field(default_factory=lambda: MemoryRecords([LI, WANG, SHARED], {LI.id: [PAST]}))
    out: ListOut = field(default_factory=ListOut)
    posted: list[DeskOpened | DeskClosed] = field(default_factory=list)
    asked: list[Command] = field(default_factory=list)
    answer: Callable[[Command], None] = lambda _: None
    clock: Callable[[], datetime] = lambda: at(500)
    logins_per_minute: int = 1000
    origins: tuple[str, ...] = ()

    def feed(self) -> Feed:
        """Return a new feed, already started on the room's floor."""
        feed = Feed(RULES, self.records, self.out, self.clock)
        feed.start(self.room.engine.floor)
        return feed

    def ask(self, command: Command) -> None:
        self.asked.append(command)
        self.answer(command)

    def house(self, feed: Feed) -> House:
        return House(
            ask=self.ask,
            post=self.posted.append,
            feed=feed,
            people=self.people,
            records=self.records,
            desk_rules=w.DeskRules(busy_reasons=[], break_reasons=[], wrap_up_codes=[], queues=[]),
            organisation=w.Text(zh="市燃气", en="City Gas"),
            hotline="96777",
            phone_of=lambda agent: w.PhoneAccount(extension=agent, password="s3cret", realm="x", ws_url="ws://x/ws"),
            clock=self.clock,
            pages=self.pages,
            session_hours=12,
            logins_per_minute=self.logins_per_minute,
            behind_proxy=False,
            origins=self.origins,
            phone_origin="ws://127.0.0.1:8088",
            ready=lambda: {"switch": True, "database": True},
        )


def shown(feed: Feed, result: Result, room: Room) -> None:
    """Let the feed see what one message changed."""
    if result.touched:
        feed.changed(room.engine.floor, result, len(room.facts))


def until(fits: Callable[[], bool], what: str = "") -> None:
    """Wait for a fact of another thread."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not fits():
        assert time.monotonic() < deadline, what
        time.sleep(0.002)
