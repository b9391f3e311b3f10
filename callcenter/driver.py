"""One thread, one inbox: feeds the engine, journals its facts, hands out its orders. Decides nothing."""

import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import structlog

from callcenter.domain.commands import Command
from callcenter.domain.events import Event
from callcenter.domain.orders import Order, ReadBack, StartTimer, StopTimer
from callcenter.service.engine import Engine, Message, Result
from callcenter.service.floor import Floor
from callcenter.service.messages import OrderFailed, Picture
from callcenter.service.ports import ChannelGone, Journal, JournalRow, Switch, SwitchAway, Timers

log = structlog.get_logger(__name__)

ASK_SECONDS = 5.0


class Watcher(Protocol):
    """Sees what changed, in the driver's thread: copy what you need and return at once."""

    def changed(self, floor: Floor, result: Result, seq: int) -> None:
        """Take note of one message's result; `seq` is the last fact's."""


@dataclass(frozen=True, slots=True)
class _Asked:
    message: Message
    answer: "Future[Result]"


class Driver:
    """Owns the engine. `post` and `ask` may be called from any thread; the engine runs in this one only."""

    def __init__(
        self,
        engine: Engine,
        journal: Journal,
        switch: Switch,
        timers: Timers,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine, self._journal, self._switch = engine, journal, switch
        self._timers, self._clock = timers, clock
        self._inbox: queue.SimpleQueue[Message | _Asked | None] = queue.SimpleQueue()
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._watchers: list[Watcher] = []
        self._seq = journal.last_seq()
        self._unwritten: list[JournalRow] = []
        self._threads: list[threading.Thread] = []
        self.faults = 0

    @property
    def unwritten(self) -> int:
        """Return how many facts the journal's disk has not taken yet."""
        return len(self._unwritten)

    @property
    def floor(self) -> Floor:
        """The live state; only for the driver's own thread, or before `start`."""
        return self._engine.floor

    def watch(self, watcher: Watcher) -> None:
        """Tell `watcher` of every change; before `start`."""
        self._watchers.append(watcher)

    def start(self, today: Iterable[Event]) -> None:
        """Rebuild the floor from the journal, count the facts of `today` again, and begin."""
        facts = (row.event for row in self._journal.open_rows())
        for order in self._engine.restore(facts, today, self._clock()):
            self._hand_out(order)
        for name, run in (("engine", self._run), ("orders", self._run_orders)):
            thread = threading.Thread(target=run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Finish what is in the inbox, then end both threads."""
        self._inbox.put(None)
        for thread in self._threads:
            thread.join(5)

    def post(self, message: Message) -> None:
        """Hand a message over; never blocks."""
        self._inbox.put(message)

    def ask(self, command: Command) -> None:
        """Hand a command over and wait until it is in the journal.

        Raises:
            Refused: it cannot be granted now.
            TimeoutError: the engine did not answer in time.
        """
        asked = _Asked(command, Future())
        self._inbox.put(asked)
        result = asked.answer.result(ASK_SECONDS)
        if result.refused is not None:
            raise result.refused

    def read_back_soon(self) -> None:
        """Let the order thread read the switch's picture; it is tried again until it succeeds."""
        self._orders.put(ReadBack())

    def _run(self) -> None:
        while (item := self._inbox.get()) is not None:
            asked = item if isinstance(item, _Asked) else None
            message = item.message if isinstance(item, _Asked) else item
            try:
                result = self._take(message)
            except Exception as fault:
                self.faults += 1
                log.exception("engine_fault", message=type(message).__name__)
                if asked:
                    asked.answer.set_exception(fault)
                continue
            if asked:
                asked.answer.set_result(result)
        self._orders.put(None)

    def _take(self, message: Message) -> Result:
        result = self._engine.handle(message, self._clock())
        self._write(result)
        for order in result.orders:
            self._hand_out(order)
        if result.touched:
            for watcher in self._watchers:
                watcher.changed(self._engine.floor, result, self._seq)
        return result

    def _write(self, result: Result) -> None:
        """Put the facts into the journal. When its disk is full they wait here, before all later ones; calls go on."""
        self._unwritten += (JournalRow(self._seq + number, fact) for number, fact in enumerate(result.facts, 1))
        self._seq += len(result.facts)
        if not self._unwritten:
            return
        try:
            self._journal.append(self._unwritten)
            self._unwritten = []
        except OSError as fault:
            self.faults += 1
            log.error("journal_not_written", fault=str(fault), waiting=len(self._unwritten))

    def _hand_out(self, order: Order) -> None:
        match order:
            case StartTimer():
                self._timers.start(order.name, order.at)
            case StopTimer():
                self._timers.stop(order.name)
            case _:
                self._orders.put(order)

    def _run_orders(self) -> None:
        while (order := self._orders.get()) is not None:
            try:
                if isinstance(order, ReadBack):
                    self._read_back()
                else:
                    self._switch.carry_out(order)
            except SwitchAway as fault:
                self.post(OrderFailed(order, str(fault), gone=False))
            except ChannelGone as fault:
                self.post(OrderFailed(order, str(fault), gone=True))
            except Exception as fault:
                self.faults += 1
                log.exception("order_fault", order=type(order).__name__)
                self.post(OrderFailed(order, str(fault), gone=False))

    def _read_back(self) -> None:
        asked_at = self._clock()
        channels = self._switch.live_channels()
        self.post(Picture(asked_at, channels, self._switch.registered_phones()))
