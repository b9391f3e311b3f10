"""Keeps every screen's picture and sends what changed: pops at once, figures a few times a second.

Runs in its own thread on copies of the floor's frozen values; it can be late, never wrong, and never holds the engine.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Protocol

import structlog

from callcenter.adapters.web import show
from callcenter.adapters.web import wire as w
from callcenter.adapters.web.picture import Known, Picture, Seen, seen_on
from callcenter.domain.agent import Agent, AgentState
from callcenter.domain.call import Call, CallState
from callcenter.domain.customer import Customer, PastCall
from callcenter.domain.events import CallEnded, CustomerIdentified
from callcenter.domain.ids import AgentId, CallId, CustomerId, QueueId
from callcenter.domain.queue import Queue
from callcenter.domain.tally import AgentTally, QueueTally
from callcenter.service.engine import Result
from callcenter.service.floor import Floor
from callcenter.service.ports import Inbox, Records, RecordsAway
from callcenter.service.rules import Rules

log = structlog.get_logger(__name__)

FIGURES_SECONDS = 0.1
"""Board rows and queue lines are gathered for this long; pops and the agent's own state are not."""

HISTORY_ROWS = 5


class Out(Protocol):
    """Where changes go: Socket.IO, or a list in a test."""

    def desk(self, agent: AgentId, change: w.DeskChange) -> None:
        """Send to every open desk of the agent."""

    def board(self, change: w.BoardChange) -> None:
        """Send to every open board."""


class Feed:
    """A watcher of the driver. `board()` and `desk()` return snapshots for REST; both fit the changes' seqs."""

    def __init__(
        self,
        rules: Rules,
        records: Records,
        out: Out,
        clock: Callable[[], datetime],
        first_seq: int = 0,
        tell: Inbox = lambda _: None,
    ) -> None:
        """`tell` gets the one customer whom a caller's number belongs to, so that the book has what the desk shows."""
        self._rules, self._records, self._out, self._clock, self._tell = rules, records, out, clock, tell
        self._inbox: queue.SimpleQueue[Seen | tuple[CallId, Known | None] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._picture = Picture(board_seq=first_seq)
        self._first_seq = first_seq
        self._teams: dict[QueueId, list[AgentId]] = {}
        for seat in rules.seats.values():
            for name in seat.queues:
                self._teams.setdefault(name, []).append(seat.agent)
        self._known: dict[CallId, Known] = {}
        self._asked: dict[CallId, object] = {}
        self._dirty_queues: set[QueueId] = set()
        self._dirty_agents: set[AgentId] = set()
        self._dirty_book = self._dirty_switch = False
        self._flush_at: float | None = None
        self._readers = ThreadPoolExecutor(4, "pop-reader")
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self.faults = 0

    def start(self, floor: Floor) -> None:
        """Take the restored floor as the first picture and begin."""
        seen = seen_on(floor, floor.calls, floor.agents, floor.queues)
        self._take(seen)
        for queue_id in self._rules.queues:
            self._picture.queues.setdefault(queue_id, Queue(queue_id))
        for line in self._picture.queues.values():
            self._picture.waiting |= show.waiting_rows(line, self._picture.calls)
        self._dirty_queues.clear()
        self._dirty_agents.clear()
        self._thread.start()

    def stop(self) -> None:
        """End the feed's threads."""
        self._inbox.put(None)
        if self._thread.is_alive():
            self._thread.join(5)
        self._readers.shutdown(wait=False, cancel_futures=True)

    def changed(self, floor: Floor, result: Result, seq: int) -> None:
        """Copy what one message changed; called in the engine's thread."""
        del seq
        touched = result.touched
        ended = {fact.call for fact in result.facts if isinstance(fact, CallEnded)}
        self._inbox.put(
            seen_on(floor, touched.calls | ended, touched.agents, touched.queues, touched.book, touched.switch)
        )

    def board(self) -> w.Board:
        """Return the whole board."""
        with self._lock:
            self._flush()
            picture, now = self._picture, self._clock()
            return w.Board(
                seq=picture.board_seq,
                now_ms=show.ms(now),
                switch_up=picture.switch_up,
                day=picture.tallies.day,
                queues={name: self._queue_row(name) for name in picture.queues if name in self._rules.queues},
                agents={
                    a.id: self._agent_row(a) for a in picture.agents.values() if a.state is not AgentState.SIGNED_OUT
                },
                waiting=dict(picture.waiting),
                book=self._book_row(),
            )

    def desk(self, agent_id: AgentId) -> w.Desk:
        """Return the whole desk of an agent."""
        with self._lock:
            now = self._clock()
            picture = self._picture
            agent = picture.agents.get(agent_id) or _nobody(agent_id, now)
            call = self._call_of(agent)
            known = self._known.get(call.id, Known()) if call else Known()
            seat = self._rules.seats.get(agent_id)
            lines = {
                name: show.queue_line(picture.queues.get(name, Queue(name))) for name in (seat.queues if seat else ())
            }
            return w.Desk(
                seq=self._desk_seq(agent_id),
                now_ms=show.ms(now),
                switch_up=picture.switch_up,
                agent=show.agent_card(agent, self._name(agent_id), call, self._rules),
                call=show.call_card(call, now) if call else None,
                customer=known.customer,
                candidates=list(known.candidates),
                queues={str(name): line for name, line in lines.items()},
            )

    def place_of(self, call: CallId) -> int | None:
        """Return the caller's place in line, 1 is next; None when the caller is in no line."""
        row = self._picture.waiting.get(call)
        return row.place if row else None

    def seqs(self, agent: AgentId | None) -> tuple[int | None, int, bool]:
        """Return (desk seq, board seq, switch up) for a pulse."""
        with self._lock:
            desk = self._desk_seq(agent) if agent else None
            return desk, self._picture.board_seq, self._picture.switch_up

    # --- the feed's thread -----------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            wait = None if self._flush_at is None else max(0.0, self._flush_at - time.monotonic())
            try:
                item = self._inbox.get(timeout=wait)
            except queue.Empty:
                with self._lock:
                    self._flush()
                continue
            if item is None:
                return
            try:
                with self._lock:
                    if isinstance(item, Seen):
                        self._take_and_send(item)
                    else:
                        self._pop_known(*item)
                    if self._flush_at is not None and time.monotonic() >= self._flush_at:
                        self._flush()
            except Exception:
                self.faults += 1
                log.exception("feed_fault")

    def _take_and_send(self, seen: Seen) -> None:
        before = {agent_id: self._call_id_of(agent_id) for agent_id in seen.agents}
        self._take(seen)
        concerned = set(seen.agents) | {
            call.agent for call in seen.calls.values() if call is not None and call.agent is not None
        }
        for agent_id in concerned:
            self._send_desk(agent_id, seen, before.get(agent_id))
        if seen.switch:
            for agent_id in self._rules.seats:
                self._send(agent_id, switch_up=seen.switch_up)

    def _take(self, seen: Seen) -> None:
        picture = self._picture
        for call_id, call in seen.calls.items():
            if call is None:
                picture.calls.pop(call_id, None)
                self._known.pop(call_id, None)
                self._asked.pop(call_id, None)
            else:
                picture.calls[call_id] = call
                self._look_up(call)
        picture.agents.update(seen.agents)
        picture.queues.update(seen.queues)
        picture.wrapping = dict(seen.wrapping)
        picture.tallies = seen.tallies
        picture.switch_up = seen.switch_up
        self._dirty_queues |= set(seen.queues)
        self._dirty_agents |= set(seen.agents)
        self._dirty_book |= seen.book or bool(seen.calls)
        self._dirty_switch |= seen.switch
        if self._flush_at is None:
            self._flush_at = time.monotonic() + FIGURES_SECONDS

    def _send_desk(self, agent_id: AgentId, seen: Seen, call_before: CallId | None) -> None:
        agent = self._picture.agents.get(agent_id)
        if agent is None:
            return
        call = self._call_of(agent)
        card = show.agent_card(agent, self._name(agent_id), call, self._rules) if agent_id in seen.agents else None
        if call is None:
            if card is not None or call_before is not None:
                self._send(agent_id, agent=card, clear_call=call_before is not None)
            return
        popped = call.id != call_before
        known = self._known.get(call.id) if popped else None
        self._send(
            agent_id,
            agent=card,
            call=show.call_card(call, self._clock()),
            customer=known.customer if known else None,
            candidates=list(known.candidates) if known else None,
        )

    def _send(self, agent_id: AgentId, **parts: object) -> None:
        seq = self._desk_seq(agent_id) + 1
        self._picture.desk_seqs[agent_id] = seq
        change = w.DeskChange.model_validate({"seq": seq, "now_ms": show.ms(self._clock()), **parts})
        self._out.desk(agent_id, change)

    def _flush(self) -> None:
        """Send the gathered figures; under the lock."""
        self._flush_at = None
        queues, agents = self._dirty_queues & set(self._rules.queues), self._dirty_agents
        book, switch = self._dirty_book, self._dirty_switch
        self._dirty_queues, self._dirty_agents, self._dirty_book, self._dirty_switch = set(), set(), False, False
        if not (queues or agents or book or switch):
            return
        picture = self._picture
        for agent_id in agents:
            queues |= set(picture.agents[agent_id].queues) & set(self._rules.queues)
        gone = {key for key, row in picture.waiting.items() if row.queue in queues}
        fresh: dict[str, w.WaitingRow] = {}
        for name in queues:
            fresh |= show.waiting_rows(picture.queues.get(name, Queue(name)), picture.calls)
        changed = {key: row for key, row in fresh.items() if picture.waiting.get(key) != row}
        gone -= set(fresh)
        picture.waiting = {k: r for k, r in picture.waiting.items() if k not in gone} | fresh
        picture.board_seq += 1
        signed_in = [a for a in agents if picture.agents[a].state is not AgentState.SIGNED_OUT]
        self._out.board(
            w.BoardChange(
                seq=picture.board_seq,
                now_ms=show.ms(self._clock()),
                queues={name: self._queue_row(name) for name in queues},
                agents={a: self._agent_row(picture.agents[a]) for a in signed_in},
                waiting=changed,
                gone_agents=sorted(agents - set(signed_in)),
                gone_waiting=sorted(gone),
                book=self._book_row(),
                switch_up=picture.switch_up if switch else None,
                day=picture.tallies.day,
            )
        )
        for name in queues:
            line = show.queue_line(picture.queues.get(name, Queue(name)))
            for agent_id in self._teams.get(name, ()):
                self._send(agent_id, queue=line)

    # --- who is calling --------------------------------------------------------------------------

    def _look_up(self, call: Call) -> None:
        wanted = call.customer or call.number
        if not wanted or call.state is CallState.ENDED or self._asked.get(call.id) == wanted:
            return
        self._asked[call.id] = wanted
        self._readers.submit(self._read, call)

    def _read(self, call: Call) -> None:
        known = None
        try:
            known = self._known_of(call)
        except RecordsAway:
            log.warning("pop_without_record", call=call.id)
        self._inbox.put((call.id, known))

    def _known_of(self, call: Call) -> Known:
        if call.customer is not None:
            customer = self._records.customer(call.customer)
            return Known(self._card(customer) if customer else None)
        found = self._records.customers_by_number(call.number)
        if len(found) == 1:
            return Known(self._card(found[0]))
        return Known(None, tuple(self._card(customer) for customer in found))

    def _card(self, customer: Customer) -> w.CustomerCard:
        history: Sequence[PastCall] = self._records.past_calls(customer.id, HISTORY_ROWS)
        return show.customer_card(customer, history)

    def _pop_known(self, call_id: CallId, known: Known | None) -> None:
        """A record arrived; a desk that already shows the call gets it now. None: ask again when the call moves on."""
        call = self._picture.calls.get(call_id)
        if call is None:
            return
        if known is None:
            self._asked.pop(call_id, None)
            return
        self._known[call_id] = known
        if known.customer is not None and call.customer is None:
            customer = CustomerId(known.customer.id)
            self._asked[call_id] = customer
            self._tell(CustomerIdentified(self._clock(), call_id, customer, "number"))
        if call.agent is not None and self._call_id_of(call.agent) == call_id:
            self._send(call.agent, customer=known.customer, candidates=list(known.candidates))

    # --- small readings of the picture -----------------------------------------------------------

    def _desk_seq(self, agent: AgentId) -> int:
        return self._picture.desk_seqs.get(agent, self._first_seq)

    def _call_id_of(self, agent_id: AgentId) -> CallId | None:
        agent = self._picture.agents.get(agent_id)
        call = self._call_of(agent) if agent else None
        return call.id if call else None

    def _call_of(self, agent: Agent) -> Call | None:
        call_id = self._picture.wrapping.get(agent.id) or agent.call
        return self._picture.calls.get(call_id) if call_id else None

    def _name(self, agent_id: AgentId) -> str:
        seat = self._rules.seats.get(agent_id)
        return seat.name if seat else agent_id

    def _queue_row(self, name: QueueId) -> w.QueueRow:
        queue_now = self._picture.queues.get(name, Queue(name))
        team = [self._picture.agents[agent] for agent in queue_now.agents if agent in self._picture.agents]
        tally = self._picture.tallies.queues.get(name, QueueTally())
        return show.queue_row(queue_now, self._rules.queue(name), tally, team)

    def _agent_row(self, agent: Agent) -> w.AgentRow:
        tally = self._picture.tallies.agents.get(agent.id, AgentTally())
        return show.agent_row(agent, self._name(agent.id), self._call_of(agent), tally)

    def _book_row(self) -> w.BookRow:
        in_ivr = sum(call.state in (CallState.IN_IVR, CallState.DEGRADED) for call in self._picture.calls.values())
        return show.book_row(self._picture.tallies, in_ivr)


def _nobody(agent: AgentId, now: datetime) -> Agent:
    return Agent(agent, AgentState.SIGNED_OUT, now, now)
