"""Live state: every call, agent and line as it is now. Only the engine's thread changes it, fact by fact."""

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from callcenter.domain import agent as agents
from callcenter.domain import call as calls
from callcenter.domain import events as e
from callcenter.domain import queue as lines
from callcenter.domain.agent import Agent
from callcenter.domain.call import Call, CallState
from callcenter.domain.errors import IllegalMove
from callcenter.domain.ids import AgentId, CallId, QueueId
from callcenter.domain.queue import Queue
from callcenter.domain.tally import Tallies
from callcenter.service.rules import Rules


@dataclass(slots=True)
class Touched:
    """What one message changed, for those who watch."""

    calls: set[CallId] = field(default_factory=set)
    agents: set[AgentId] = field(default_factory=set)
    queues: set[QueueId] = field(default_factory=set)
    book: bool = False
    switch: bool = False

    def __bool__(self) -> bool:
        return bool(self.calls or self.agents or self.queues or self.book or self.switch)


@dataclass(slots=True)
class Floor:
    """The whole room. `apply` is the only door; it refuses a fact that a machine's table does not hold."""

    rules: Rules
    day_of: Callable[[datetime], str]
    calls: dict[CallId, Call] = field(default_factory=dict)
    agents: dict[AgentId, Agent] = field(default_factory=dict)
    queues: dict[QueueId, Queue] = field(default_factory=dict)
    tallies: Tallies = field(default_factory=Tallies)
    wrapping: dict[AgentId, CallId] = field(default_factory=dict)
    suspects: set[CallId] = field(default_factory=set)
    """Calls whose channel the switch did not know a moment ago; not offered until the next picture."""
    ended: deque[CallId] = field(default_factory=lambda: deque(maxlen=1000))
    """The calls that ended last: a late word about them is no new call."""
    switch_up: bool = False
    touched: Touched = field(default_factory=Touched)

    def agent(self, agent: AgentId, now: datetime) -> Agent:
        """Return an agent, signed out when never seen."""
        return self.agents.get(agent) or agents.signed_out(agent, now)

    def queue(self, queue: QueueId) -> Queue:
        """Return a line, empty when never used."""
        return self.queues.get(queue) or Queue(queue)

    def replay(self, fact: e.Event) -> None:
        """Apply a fact of the journal. Of an agent who has signed out since, the journal gives back only what was told
        about calls that still live: there the call moves alone.

        Raises:
            IllegalMove: nothing was changed.
        """
        try:
            self.apply(fact)
        except IllegalMove:
            self.apply(fact, call_only=True)

    def apply(self, fact: e.Event, call_only: bool = False) -> None:
        """Move every machine that the fact concerns, all or none.

        Raises:
            IllegalMove: nothing was changed.
        """
        before = self.calls.get(getattr(fact, "call", None))  # type: ignore[arg-type]
        call = self._next_call(fact)
        agent = None if call_only else self._next_agent(fact)
        self._count(fact, before)
        if call is not None:
            self.calls[call.id] = call
            self.touched.calls.add(call.id)
            self._line_up(fact, before, call)
        if agent is not None:
            self._seat(fact, agent)
        if isinstance(fact, (e.SwitchLost, e.SwitchBack)):
            self.switch_up = isinstance(fact, e.SwitchBack)
            self.touched.switch = True
        self._clear_away(fact)

    def recount(self, today: Iterable[e.Event], now: datetime) -> None:
        """Count a day again from its facts, after a restart; live state is not touched."""
        self.tallies = Tallies(day=self.day_of(now))
        for call in self.calls.values():
            if call.state is not CallState.ENDED and self.day_of(call.arrived_at) < self.tallies.day:
                self.tallies.book = self.tallies.book.offer()
        counted: dict[CallId, Call] = {}
        for fact in today:
            call_id: CallId | None = getattr(fact, "call", None)
            before = counted.get(call_id) if call_id else None
            if isinstance(fact, e.CallEnded) and before is None:  # it came on an earlier day
                self.tallies.book = self.tallies.book.offer()
            self._count(fact, before)
            if isinstance(fact, e.CallArrived):
                counted[fact.call] = calls.arrive(fact)
            elif before is not None:
                with suppress(IllegalMove):
                    counted[before.id] = calls.step(before, fact)
            if isinstance(fact, e.CallEnded):
                counted.pop(fact.call, None)
        self.take_touched()

    def take_touched(self) -> Touched:
        """Return what changed since the last time and forget it."""
        touched, self.touched = self.touched, Touched()
        return touched

    def _next_call(self, fact: e.Event) -> Call | None:
        call_id: CallId | None = getattr(fact, "call", None)
        if call_id is None or isinstance(fact, e.WrapUpFinished):
            return None
        if isinstance(fact, e.CallArrived):
            if call_id in self.calls:
                raise IllegalMove("call", self.calls[call_id].state, e.kind_of(fact))
            return calls.arrive(fact)
        call = self.calls.get(call_id)
        if call is None:
            raise IllegalMove("call", "unknown", e.kind_of(fact))
        return calls.step(call, fact)

    def _next_agent(self, fact: e.Event) -> Agent | None:
        agent_id: AgentId | None = getattr(fact, "agent", None)
        if agent_id is None or isinstance(fact, e.NoteSaved):
            return None
        return agents.step(self.agent(agent_id, fact.at), fact)

    def _seat(self, fact: e.Event, agent: Agent) -> None:
        was = self.agents.get(agent.id)
        self.agents[agent.id] = agent
        self.touched.agents.add(agent.id)
        self.touched.queues.update(agent.queues)
        if isinstance(fact, e.AgentSignedIn):
            for queue in was.queues if was else ():
                self._set_queue(lines.sign_out(self.queue(queue), agent.id))
            for queue in agent.queues:
                self._set_queue(lines.sign_in(self.queue(queue), agent.id))
        elif isinstance(fact, e.AgentSignedOut):
            for queue in agent.queues:
                self._set_queue(lines.sign_out(self.queue(queue), agent.id))
            self.agents[agent.id] = replace(agents.signed_out(agent.id, fact.at), phone_up=agent.phone_up)
        if isinstance(fact, e.TalkEnded):
            self.wrapping[agent.id] = fact.call

    def _line_up(self, fact: e.Event, before: Call | None, call: Call) -> None:
        if before is not None and before.queue and before.queue != call.queue:
            self._set_queue(lines.leave(self.queue(before.queue), call.id))
        if call.queue is None:
            return
        if call.state is CallState.WAITING:
            since = call.queued_at or fact.at
            self._set_queue(lines.join(self.queue(call.queue), call.id, call.priority, since))
        elif call.state is not CallState.OFFERED:
            self._set_queue(lines.leave(self.queue(call.queue), call.id))

    def _set_queue(self, queue: Queue) -> None:
        if self.queues.get(queue.id) != queue:
            self.queues[queue.id] = queue
            self.touched.queues.add(queue.id)

    def _clear_away(self, fact: e.Event) -> None:
        """Forget an ended call once nobody wraps it up any more."""
        match fact:
            case e.CallEnded():
                done: CallId | None = fact.call
                self.ended.append(fact.call)
                self.suspects.discard(fact.call)
            case e.WrapUpFinished() | e.AgentSignedOut():
                done = self.wrapping.pop(fact.agent, None)
            case _:
                return
        if done in self.calls and self.calls[done].state is CallState.ENDED and done not in self.wrapping.values():
            del self.calls[done]
            self.touched.calls.add(done)

    def _count(self, fact: e.Event, before: Call | None) -> None:
        day = self.day_of(fact.at)
        if day > self.tallies.day:
            live = sum(call.state is not CallState.ENDED for call in self.calls.values())
            self.tallies = Tallies(day=day)
            for _ in range(live):
                self.tallies.book = self.tallies.book.offer()
            self.touched.queues.update(self.queues)
            self.touched.agents.update(self.agents)
        tallies = self.tallies
        match fact:
            case e.CallArrived():
                tallies.book = tallies.book.offer()
            case e.CallQueued() if before is not None and before.queue != fact.queue:
                tallies.queued(fact.queue)
            case e.OfferAnswered() if before is not None and before.answered_at is None and before.queue:
                waited = (fact.at - (before.queued_at or fact.at)).total_seconds()
                limit = self.rules.queue(before.queue).service_level_seconds
                tallies.answered(before.queue, fact.agent, waited, waited <= limit)
                self.touched.queues.add(before.queue)
            case e.OfferExpired() if fact.cause is not e.Miss.WITHDRAWN:
                tallies.missed(fact.agent)
            case e.TalkEnded() | e.LegLost() if before is not None and before.talk_began_at is not None:
                tallies.talked(fact.agent, (fact.at - before.talk_began_at).total_seconds())
            case e.CallEnded():
                tallies.book = tallies.book.close(fact.outcome)
                if before is not None and before.queue:
                    tallies.gave_up(before.queue, fact.outcome)
                    self.touched.queues.add(before.queue)
            case _:
                return
        self.touched.book = True
