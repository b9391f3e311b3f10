"""A room to tell stories in: two agents, literal seconds after nine o'clock, and short words for messages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.agent import Agent, AgentState
from callcenter.domain.call import Call, CallState
from callcenter.domain.ids import AgentId, CallId, ChannelName, QueueId, StepId
from callcenter.domain.orders import ConnectCaller, Order
from callcenter.service import messages as m
from callcenter.service.engine import Engine, Message, Result
from callcenter.service.ports import LiveChannel
from callcenter.service.rules import QueueRule, Rules, Seat

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
REPAIR, BILLING = QueueId("repair"), QueueId("billing")
ANN, BOB, EVE = AgentId("8001"), AgentId("8002"), AgentId("8003")

RULES = Rules(
    queues={
        REPAIR: QueueRule(REPAIR, "报修", "Repairs", ring_seconds=20, wrap_up_seconds=30, short_abandon_seconds=5),
        BILLING: QueueRule(BILLING, "账单", "Billing", ring_seconds=15, wrap_up_seconds=0),
    },
    seats={
        ANN: Seat(ANN, "安", "8001", (REPAIR,)),
        BOB: Seat(BOB, "博", "8002", (REPAIR, BILLING)),
        EVE: Seat(EVE, "伊", "8003", (BILLING,)),
    },
    busy_reasons=frozenset({"paper"}),
    break_reasons=frozenset({"lunch"}),
    wrap_up_codes=frozenset({"leak", "other"}),
)


def at(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def day_of(moment: datetime) -> str:
    """Days begin at midnight in Shanghai."""
    return (moment + timedelta(hours=8)).date().isoformat()


def caller(call: str) -> ChannelName:
    return ChannelName(f"PJSIP/trunk-{call}")


def phone(agent: AgentId, ring: int = 1) -> ChannelName:
    return ChannelName(f"PJSIP/{agent}-{ring:08x}")


class Room:
    """The engine, and everything that it has told and ordered so far."""

    def __init__(self, rules: Rules = RULES, switch_up: bool = True) -> None:
        self.engine = Engine(rules, day_of)
        self.facts: list[e.Event] = []
        self.orders: list[Order] = []
        self.last: Result
        self.seconds = 0.0
        if switch_up:
            self.say(m.Picture(at(0), (), frozenset()), 0)

    def say(self, message: Message, seconds: float | None = None) -> Result:
        """Hand one message over at `seconds`, or at the time of the one before."""
        self.seconds = self.seconds if seconds is None else seconds
        self.last = self.engine.handle(message, at(self.seconds))
        self.facts += self.last.facts
        self.orders += self.last.orders
        return self.last

    def agent(self, agent: AgentId) -> Agent:
        return self.engine.floor.agent(agent, at(self.seconds))

    def state(self, agent: AgentId) -> AgentState:
        return self.agent(agent).state

    def call(self, call: str) -> Call:
        return self.engine.floor.calls[CallId(call)]

    def call_state(self, call: str) -> CallState:
        return self.call(call).state

    def line(self, queue: QueueId = REPAIR) -> list[str]:
        return [place.call for place in self.engine.floor.queue(queue).line]

    def told(self, kind: type[e.Event]) -> list[e.Event]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def connects(self) -> list[tuple[str, str, bool]]:
        """Return (call, agent, answers by itself) of every ring that was ordered."""
        return [(o.call, o.agent, o.auto_answer) for o in self.orders if isinstance(o, ConnectCaller)]

    # --- what happens, in short words -------------------------------------------------------------

    def signs_in(self, agent: AgentId, seconds: float = 0, phone: e.PhoneKind = e.PhoneKind.SIP) -> None:
        """签入 and 示闲; a browser's phone registers too."""
        self.say(c.SignIn(agent, agent, phone, f"page-{agent}"), seconds)
        if phone is e.PhoneKind.BROWSER:
            self.say(e.PhoneSeen(at(seconds), agent, up=True))
        self.say(c.BeReady(agent, agent))

    def arrives(self, call: str, seconds: float) -> None:
        self.say(arrival(call, seconds), seconds)

    def queues(self, call: str, seconds: float, queue: QueueId = REPAIR, priority: int = 0) -> None:
        """The caller comes, presses 2, and waits, all in one second."""
        self.arrives(call, seconds)
        self.say(e.KeysPressed(at(seconds), CallId(call), StepId("menu"), "2", "报修"))
        self.say(e.CallQueued(at(seconds), CallId(call), queue, priority))

    def rings(self, call: str, agent: AgentId, seconds: float, ring: int = 1) -> None:
        self.say(e.OfferRinging(at(seconds), CallId(call), agent, phone(agent, ring)), seconds)

    def answers(self, call: str, agent: AgentId, seconds: float, ring: int = 1) -> None:
        self.say(e.OfferAnswered(at(seconds), CallId(call), agent, phone(agent, ring)), seconds)

    def misses(self, call: str, agent: AgentId, seconds: float, cause: e.Miss = e.Miss.NO_ANSWER) -> None:
        self.say(e.OfferExpired(at(seconds), CallId(call), agent, cause), seconds)

    def returns(self, call: str, seconds: float) -> None:
        self.say(e.CallReturned(at(seconds), CallId(call), caller(call)), seconds)

    def talk_over(self, call: str, seconds: float) -> None:
        self.say(e.TalkEnded(at(seconds), CallId(call), AgentId(""), e.Party.AGENT), seconds)

    def hangs_up(self, call: str, seconds: float) -> None:
        self.say(e.CallEnded(at(seconds), CallId(call), e.Outcome.ABANDONED, 16), seconds)

    def timer(self, name: str, seconds: float) -> Result:
        return self.say(m.TimerRang(name), seconds)

    def talks(self, call: str, agent: AgentId, seconds: float = 10) -> None:
        """From arrival to the talk; the agent must be ready."""
        self.queues(call, seconds)
        self.rings(call, agent, seconds + 1)
        self.answers(call, agent, seconds + 3)
        assert self.state(agent) is AgentState.TALKING

    def restarted(self, seconds: float) -> "Room":
        """Return a new process's room, rebuilt from all facts so far."""
        room = Room(self.engine.floor.rules, switch_up=False)
        room.seconds = seconds
        room.orders += room.engine.restore(self.facts, self._today(seconds), at(seconds))
        room.facts = list(self.facts)
        return room

    def _today(self, seconds: float) -> list[e.Event]:
        return [fact for fact in self.facts if day_of(fact.at) == day_of(at(seconds))]


def arrival(call: str, seconds: float) -> e.CallArrived:
    return e.CallArrived(at(seconds), CallId(call), caller(call), "+8613800138000", "李娜", "96777")


def leg(call: str, context: str = "serve", bridge: str = "", application: str = "AGI") -> LiveChannel:
    """Return the caller's own leg as the switch lists it."""
    return LiveChannel(caller(call), call, CallId(call), "Up", context, "s", application, bridge, 60)


def agent_leg(call: str, agent: AgentId, bridge: str = "", ring: int = 1) -> LiveChannel:
    name = phone(agent, ring)
    return LiveChannel(name, f"{call}-{agent}", CallId(call), "Up", "agents", "", "AppDial", bridge, 50)


def talking(call: str, agent: AgentId) -> tuple[LiveChannel, LiveChannel]:
    own = replace(leg(call, "connect", "b1", "Dial"), extension=f"{agent}*20*0")
    return own, agent_leg(call, agent, "b1")


def picture(seconds: float, *channels: LiveChannel, phones: tuple[str, ...] = ()) -> m.Picture:
    return m.Picture(at(seconds), channels, frozenset(phones))
