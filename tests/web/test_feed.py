"""What a screen shows: a snapshot and its changes equal the next snapshot, and a pop never waits for a database."""

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from callcenter.adapters.web.feed import Feed
from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.customer import Customer
from callcenter.domain.ids import AgentId, CallId, ChannelName, CustomerId
from callcenter.domain.view import apply_board, apply_desk
from tests.fakes.records import MemoryRecords
from tests.service.room import ANN, REPAIR, RULES, Room, at
from tests.service.wander import wander
from tests.web.house import LI, SHARED, WANG, ListOut, shown, until


class AtOnce:
    """Reads records in the feed's own thread, so that a test sees them in a known order."""

    def submit(self, work: Callable[..., None], *details: object) -> None:
        work(*details)

    def shutdown(self, **_: object) -> None:
        """Nothing runs on."""


class Screens:
    """A feed over a room, with an open board and an open desk of every agent, as browsers hold them."""

    def __init__(self, room: Room, records: MemoryRecords | None = None) -> None:
        self.room, self.out = room, ListOut()
        self.records = records or MemoryRecords([LI, WANG, SHARED])
        self.feed = Feed(RULES, self.records, self.out, lambda: at(500))
        self.feed._readers = AtOnce()  # type: ignore[assignment]
        self.feed.start(room.engine.floor)
        self.board = self.feed.board().model_dump(mode="json")
        self.desks = {agent: self.feed.desk(agent).model_dump(mode="json") for agent in RULES.seats}

    def see(self) -> None:
        shown(self.feed, self.room.last, self.room)

    def told(self, agent: AgentId, part: str) -> list[Any]:
        return [change[part] for change in self.out.desks.get(agent, []) if change[part]]

    def applied(self) -> tuple[Any, dict[AgentId, Any]]:
        """Return the board and the desks as the browsers hold them after all changes; no seq is left out."""
        board, desks = self.board, dict(self.desks)
        for change in self.out.boards:
            if change["seq"] > self.board["seq"]:
                assert change["seq"] == board["seq"] + 1
                board = apply_board(board, change)
        for agent, first in self.desks.items():
            for change in self.out.desks.get(agent, []):
                if change["seq"] > first["seq"]:
                    assert change["seq"] == desks[agent]["seq"] + 1
                    desks[agent] = apply_desk(desks[agent], change)
        return board, desks


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.integers(20, 160))
def test_a_snapshot_and_its_changes_equal_the_next_snapshot(seed: int, steps: int) -> None:
    """Whatever happens, a screen that applied every change shows what a screen opened now shows."""
    chance = random.Random(seed)
    room = Room()
    screens = Screens(room)
    with capture_logs():
        for _ in wander(chance, steps, room):
            screens.records.away = chance.random() < 0.2
            screens.see()
        screens.feed.stop()
    board = screens.feed.board().model_dump(mode="json")
    held_board, held_desks = screens.applied()
    assert held_board == board
    for agent in RULES.seats:
        assert held_desks[agent] == screens.feed.desk(agent).model_dump(mode="json")
    assert screens.feed.faults == 0


def test_a_board_of_a_restored_room_follows_too() -> None:
    *_, room = wander(random.Random(1), 150)
    screens = Screens(room)
    room.queues("late", 200)
    screens.see()
    screens.feed.stop()
    board = screens.feed.board().model_dump(mode="json")
    assert screens.applied()[0] == board


def ringing(records: MemoryRecords | None = None) -> Screens:
    """Ann's phone is about to ring for a known caller."""
    room = Room()
    room.signs_in(ANN)
    screens = Screens(room, records)
    room.arrives("c1", 10)
    screens.see()
    until(lambda: screens.records.away or CallId("c1") in screens.feed._known, "nobody looked the caller up")
    room.say(e.CallQueued(at(11), CallId("c1"), REPAIR), 11)
    screens.see()
    until(lambda: bool(screens.told(ANN, "call")), "the desk was not told of the call")
    return screens


def test_the_pop_carries_the_record_with_the_number_masked() -> None:
    screens = ringing()
    pop = next(change for change in screens.out.desks["8001"] if change["call"])
    assert pop["agent"]["state"] == "ringing"
    assert pop["call"]["number"] == "138****8000"
    assert pop["customer"]["name"] == "李娜"
    assert "+86138" not in str(pop)
    screens.feed.stop()


def test_a_database_that_is_away_pops_the_call_all_the_same_and_is_asked_again_later() -> None:
    records = MemoryRecords([LI])
    records.away = True
    screens = ringing(records)
    assert screens.told(ANN, "customer") == []
    until(lambda: not screens.feed._asked, "the failed reading was not given up")
    records.away = False
    screens.room.rings("c1", ANN, 12)
    screens.see()
    until(lambda: bool(screens.told(ANN, "customer")), "the record did not follow")
    screens.feed.stop()


def test_a_slow_database_holds_up_no_pop() -> None:
    answer = threading.Event()

    class Slow(MemoryRecords):
        def customers_by_number(self, number: str, limit: int = 5) -> Sequence[Customer]:
            answer.wait(5)
            return super().customers_by_number(number, limit)

    room = Room()
    room.signs_in(ANN)
    screens = Screens(room, Slow([LI]))
    screens.feed._readers = ThreadPoolExecutor(1)
    room.queues("c1", 10)
    screens.see()
    until(lambda: bool(screens.told(ANN, "call")), "the pop waited for the database")
    assert screens.told(ANN, "customer") == []
    answer.set()
    until(lambda: bool(screens.told(ANN, "customer")), "the record did not follow")
    screens.feed.stop()


def test_people_who_share_a_number_are_all_candidates_until_the_agent_says_who_it_is() -> None:
    room = Room()
    room.signs_in(ANN)
    screens = Screens(room)
    room.say(e.CallArrived(at(10), CallId("c1"), ChannelName("x"), "+8613900139000", "", "96777"), 10)
    screens.see()
    room.say(e.CallQueued(at(11), CallId("c1"), REPAIR), 11)
    screens.see()
    until(lambda: bool(screens.told(ANN, "candidates")), "nobody was proposed")
    assert sorted(one["name"] for one in screens.told(ANN, "candidates")[-1]) == ["王伟", "王芳"]
    room.say(c.NameCustomer(ANN, "ann", CallId("c1"), CustomerId(2)), 12)
    screens.see()
    until(lambda: bool(screens.told(ANN, "customer")), "the choice was not shown")
    assert screens.feed.desk(ANN).candidates == []
    screens.feed.stop()


def test_a_finished_call_leaves_the_desk_and_nothing_of_it_is_kept() -> None:
    screens = ringing()
    room = screens.room
    room.answers("c1", ANN, 15)
    screens.see()
    room.hangs_up("c1", 30)
    screens.see()
    room.say(c.FinishWrapUp(ANN, "ann", CallId("c1"), "leak", ""), 40)
    screens.see()
    until(lambda: bool(screens.told(ANN, "clear_call")), "the desk kept the call")
    screens.feed.stop()
    assert (screens.feed._picture.calls, screens.feed._known, screens.feed._asked) == ({}, {}, {})


def test_an_agent_who_has_not_signed_in_sees_the_lines_move_too() -> None:
    room = Room()
    screens = Screens(room)
    room.queues("c1", 10)
    screens.see()
    until(lambda: bool(screens.told(ANN, "queue")), "the line stood still")
    assert screens.told(ANN, "queue")[-1]["waiting"] == 1
    screens.feed.stop()


def test_a_stale_switch_is_told_to_every_desk_and_board() -> None:
    room = Room()
    screens = Screens(room)
    room.say(e.SwitchLost(at(5), "link"), 5)
    screens.see()
    screens.feed.stop()
    screens.feed.board()
    board, desks = screens.applied()
    assert [board["switch_up"], *(desk["switch_up"] for desk in desks.values())] == [False] * 4


def test_after_a_restart_the_lines_are_shown_at_once_and_each_caller_has_a_place() -> None:
    room = Room()
    room.queues("c1", 1)
    room.queues("c2", 2)
    screens = Screens(room)
    assert list(screens.board["waiting"]) == ["c1", "c2"]
    assert [screens.feed.place_of(CallId(call)) for call in ("c1", "c2", "c3")] == [1, 2, None]
    screens.feed.stop()
