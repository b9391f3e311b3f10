"""The driver keeps order: journal before orders, faults answered and survived, late rings delivered."""

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from queue import SimpleQueue

import pytest
from structlog.testing import capture_logs

from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.errors import Refused
from callcenter.domain.ids import CallId
from callcenter.domain.orders import ConnectCaller, Order, ReadBack
from callcenter.driver import Driver
from callcenter.service.engine import Engine, Result
from callcenter.service.floor import Floor
from callcenter.service.messages import OrderFailed, TimerRang
from callcenter.service.ports import ChannelGone, JournalRow, LiveChannel, SwitchAway
from tests.fakes.journal import MemoryJournal
from tests.service.figures import figure
from tests.service.room import ANN, REPAIR, RULES, arrival, at, day_of

DEADLINE_SECONDS = 5.0


class Diary:
    """Everything that left the driver, in order, over all its doors."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, object]] = []
        self._news = threading.Condition()

    def note(self, door: str, what: object) -> None:
        with self._news:
            self.lines.append((door, what))
            self._news.notify_all()

    def wait(self, fits: Callable[[list[tuple[str, object]]], bool]) -> None:
        with self._news:
            assert self._news.wait_for(lambda: fits(self.lines), DEADLINE_SECONDS), self.lines

    def of(self, door: str) -> list[object]:
        return [what for one, what in self.lines if one == door]


class NotedJournal(MemoryJournal):
    def __init__(self, diary: Diary) -> None:
        super().__init__()
        self.diary = diary

    def append(self, rows: Sequence[JournalRow]) -> None:
        super().append(rows)
        for row in rows:
            self.diary.note("journal", row.event)


class NotedSwitch:
    """Carries out everything, unless `fault` says otherwise."""

    def __init__(self, diary: Diary) -> None:
        self.diary, self.fault, self.phones = diary, SimpleQueue[Exception](), frozenset[str]()

    def carry_out(self, order: Order) -> None:
        self.diary.note("switch", order)
        if not self.fault.empty():
            raise self.fault.get()

    def live_channels(self) -> Sequence[LiveChannel]:
        self.diary.note("switch", "picture")
        if not self.fault.empty():
            raise self.fault.get()
        return ()

    def registered_phones(self) -> frozenset[str]:
        return self.phones


class NotedTimers:
    def __init__(self, diary: Diary) -> None:
        self.diary = diary

    def start(self, name: str, at: datetime) -> None:
        self.diary.note("timers", (name, at))

    def stop(self, name: str) -> None:
        self.diary.note("timers", (name, None))


class House:
    """A driver with noted doors, running."""

    def __init__(self) -> None:
        self.diary = Diary()
        self.journal, self.switch = NotedJournal(self.diary), NotedSwitch(self.diary)
        self.driver = Driver(Engine(RULES, day_of), self.journal, self.switch, NotedTimers(self.diary), lambda: at(100))
        self.driver.watch(self)

    def changed(self, floor: Floor, result: Result, seq: int) -> None:
        del floor
        self.diary.note("watcher", (seq, len(result.facts)))

    def begin(self) -> None:
        """Start with the switch in sight and Ann ready."""
        self.driver.start(())
        self.driver.read_back_soon()
        self.diary.wait(lambda lines: any(isinstance(what, e.SwitchBack) for _, what in lines))
        self.driver.ask(c.SignIn(ANN, "ann", e.PhoneKind.SIP))
        self.driver.ask(c.BeReady(ANN, "ann"))

    def one_call(self, call: str) -> None:
        self.driver.post(arrival(call, 90))
        self.driver.post(e.CallQueued(at(90), CallId(call), REPAIR))


@pytest.fixture
def house() -> Iterator[House]:
    built = House()
    built.begin()
    yield built
    built.driver.stop()


def test_a_fact_is_in_the_journal_before_its_order_leaves_and_before_anybody_sees_it(house: House) -> None:
    house.one_call("c1")
    house.diary.wait(lambda lines: lines[-1][0] == "switch")
    offer = next(i for i, (door, what) in enumerate(house.diary.lines) if isinstance(what, e.OfferMade))
    order = next(i for i, (door, what) in enumerate(house.diary.lines) if isinstance(what, ConnectCaller))
    seen = next(i for i, line in enumerate(house.diary.lines) if line == ("watcher", (house.journal.last_seq(), 2)))
    assert offer < order
    assert offer < seen
    assert ("offer:c1", at(130)) in house.diary.of("timers")


def test_seqs_have_no_gaps(house: House) -> None:
    for number in range(20):
        house.one_call(f"c{number}")
    house.driver.ask(c.BeBusy(ANN, "ann"))
    assert [row.seq for row in house.journal.rows] == list(range(1, len(house.journal.rows) + 1))


def test_a_refused_wish_is_raised_to_the_one_who_asked_and_is_no_fact(house: House) -> None:
    before = house.journal.last_seq()
    with pytest.raises(Refused) as refused:
        house.driver.ask(c.TakeBreak(ANN, "ann", "nonsense"))
    assert refused.value.message.code == "unknown_code"
    assert house.journal.last_seq() == before


@pytest.mark.parametrize("fault", [ChannelGone("no such channel"), SwitchAway("2 s"), ValueError("a bug")])
def test_an_order_that_fails_takes_the_offer_back_and_asks_the_switch(house: House, fault: Exception) -> None:
    house.switch.fault.put(fault)
    house.one_call("c1")
    house.diary.wait(lambda lines: lines[-1] == ("switch", "picture") or _has(lines, e.OfferExpired))
    house.diary.wait(lambda lines: lines.count(("switch", "picture")) == 2)
    expired = [what for what in house.diary.of("journal") if isinstance(what, e.OfferExpired)]
    assert [one.cause for one in expired] == [e.Miss.WITHDRAWN]
    assert house.driver.faults == int(isinstance(fault, ValueError))


def _has(lines: list[tuple[str, object]], kind: type[object]) -> bool:
    return any(isinstance(what, kind) for _, what in lines)


def test_a_picture_that_cannot_be_read_is_tried_again(house: House) -> None:
    house.switch.fault.put(SwitchAway("down"))
    house.driver.read_back_soon()
    house.diary.wait(lambda lines: ("timers", ("readback:", at(101))) in lines)
    house.driver.post(TimerRang("readback:"))
    house.diary.wait(lambda lines: lines.count(("switch", "picture")) == 3)


def test_a_fault_of_the_engine_ends_neither_the_loop_nor_the_wait_of_who_asked(house: House) -> None:
    class Odd(c.Command):
        """A wish that the engine has no doer for."""

    with pytest.raises(TypeError):
        house.driver.ask(Odd(ANN, "ann"))
    with capture_logs() as told:
        for _ in range(1000):
            house.driver.post("no message at all")  # type: ignore[arg-type]
        house.driver.ask(c.BeBusy(ANN, "ann"))
    figure("R5", f"engine faults 1000, logged {len(told)}, messages answered after them 1 of 1")
    assert house.driver.faults == 1001
    assert house.journal.rows[-1].event == e.AgentBusy(at(100), ANN)


def test_a_late_ring_is_delivered_and_finds_nothing(house: House) -> None:
    before = house.journal.last_seq()
    for name in ("wrapup:8001", "offer:gone", "returned:gone", "rejoin:8001", "odd"):
        house.driver.post(TimerRang(name))
    house.driver.ask(c.BeBusy(ANN, "ann"))
    assert house.journal.last_seq() == before + 1


def test_stopping_finishes_what_is_in_the_inbox() -> None:
    house = House()
    house.begin()
    for number in range(200):
        house.driver.post(arrival(f"c{number}", 90))
    house.driver.stop()
    assert sum(isinstance(row.event, e.CallArrived) for row in house.journal.rows) == 200


def test_a_new_process_goes_on_with_the_seq_and_the_floor() -> None:
    house = House()
    house.begin()
    house.one_call("c1")
    house.diary.wait(lambda lines: lines[-1][0] == "switch")
    house.driver.stop()
    journal = house.journal
    timers = Diary()
    again = Driver(Engine(RULES, day_of), journal, NotedSwitch(Diary()), NotedTimers(timers), lambda: at(200))
    again.start(row.event for row in journal.rows)
    assert again.floor.calls[CallId("c1")].agent == ANN
    assert ("offer:c1", at(210)) in timers.of("timers")
    before = journal.last_seq()
    again.post(OrderFailed(ReadBack(), "down", gone=False))
    again.post(e.CallEnded(at(150), CallId("c1"), e.Outcome.ABANDONED))
    again.stop()
    assert [row.seq for row in journal.rows[before:]] == [before + 1, before + 2]
