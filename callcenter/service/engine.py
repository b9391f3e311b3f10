"""The only writer of live state: takes one message at a time and returns facts, orders and what changed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.agent import AgentState
from callcenter.domain.call import CallState
from callcenter.domain.errors import IllegalMove, Refused
from callcenter.domain.ids import AgentId, CallId
from callcenter.domain.orders import ConnectCaller, Order, ReadBack, StartTimer
from callcenter.domain.routing import LongestIdle, Policy
from callcenter.service import agents, calls, desks, resync
from callcenter.service import messages as m
from callcenter.service.distribution import distribute
from callcenter.service.floor import Floor, Touched
from callcenter.service.rules import Rules
from callcenter.service.turn import Turn

READ_BACK_AGAIN_SECONDS = 1.0

Message = e.Event | c.Command | m.TimerRang | m.OrderFailed | m.Picture | m.PassedBy | m.DeskOpened | m.DeskClosed


@dataclass(frozen=True, slots=True)
class Result:
    """What one message led to. `facts` go to the journal before `orders` go out."""

    facts: tuple[e.Event, ...]
    orders: tuple[Order, ...]
    touched: Touched
    refused: Refused | None = None


class Engine:
    """Sequential and deterministic: the same messages at the same times give the same results."""

    def __init__(self, rules: Rules, day_of: Callable[[datetime], str], policy: Policy | None = None) -> None:
        self.floor = Floor(rules, day_of)
        self.strays: Counter[str] = Counter()
        self._policy = policy or LongestIdle()

    def handle(self, message: Message, now: datetime) -> Result:
        """Return what the message led to. A refused command changes nothing; a stray fact is counted."""
        turn = Turn(self.floor, now)
        refused = None
        try:
            self._dispatch(turn, message)
        except Refused as wish:
            refused = wish
        except IllegalMove as stray:
            turn.strays.append(stray)
            if isinstance(message, c.Command):
                refused = Refused("not_now", "当前状态下不能这样操作。", "That is not possible in the present state.")
        distribute(turn, self._policy)
        self.strays.update(str(stray) for stray in turn.strays)
        return Result(tuple(turn.facts), tuple(turn.orders), self.floor.take_touched(), refused)

    def restore(self, facts: Iterable[e.Event], today: Iterable[e.Event], now: datetime) -> tuple[Order, ...]:
        """Rebuild the floor from the facts of what is live, count today's facts, and return the timers to start."""
        for fact in facts:
            try:
                self.floor.replay(fact)
            except IllegalMove as stray:
                self.strays[str(stray)] += 1
        self.floor.switch_up = False
        self.floor.recount(today, now)
        return tuple(self._timers_again(now))

    def _timers_again(self, now: datetime) -> Iterable[Order]:
        for agent in self.floor.agents.values():
            if agent.state is not AgentState.SIGNED_OUT and agent.page:
                yield StartTimer(f"desk:{agent.id}", now + timedelta(seconds=3 * desks.BLIP_SECONDS))
            if agent.state is AgentState.WRAP_UP:
                yield StartTimer(f"wrapup:{agent.id}", max(now, agent.until or now))
        for call in self.floor.calls.values():
            if call.state is CallState.OFFERED:
                yield StartTimer(f"offer:{call.id}", now + timedelta(seconds=calls.OFFER_GRACE_SECONDS))
            if call.state is CallState.LEG_LOST:
                yield StartTimer(f"rejoin:{call.agent}", now + timedelta(seconds=self.floor.rules.rejoin_seconds))

    def _dispatch(self, turn: Turn, message: Message) -> None:
        doer = DOERS.get(type(message))
        if doer is not None:
            doer(turn, message)
        elif isinstance(message, e.Event):
            turn.tell(message)
        else:
            raise TypeError(f"no doer for {type(message).__name__}")


def _timer(turn: Turn, message: m.TimerRang) -> None:
    kind, _, name = message.name.partition(":")
    match kind:
        case "wrapup":
            agents.wrap_up_ran_out(turn, turn.agent(AgentId(name)))
        case "desk":
            desks.gone(turn, AgentId(name))
        case "rejoin":
            desks.rejoin_overdue(turn, AgentId(name))
        case "offer" | "returned":
            calls.offer_overdue(turn, CallId(name))
        case "readback":
            turn.order(ReadBack())
        case _:
            pass


def _order_failed(turn: Turn, message: m.OrderFailed) -> None:
    """An offer that could not be carried out is withdrawn; a channel in doubt waits for the switch's own word."""
    order = message.order
    if isinstance(order, ReadBack):
        turn.order(StartTimer("readback:", turn.now + timedelta(seconds=READ_BACK_AGAIN_SECONDS)))
    if not isinstance(order, ConnectCaller):
        return
    call = turn.call(order.call)
    if call is not None and call.state is CallState.OFFERED and call.agent == order.agent:
        turn.floor.suspects.add(order.call)
        agents.end_offer(turn, e.OfferExpired(turn.now, order.call, order.agent, e.Miss.WITHDRAWN))
        turn.order(ReadBack())


DOERS: Mapping[type, Callable[[Turn, Any], None]] = {
    c.SignIn: agents.sign_in,
    c.SignOut: agents.sign_out,
    c.BeReady: agents.be_ready,
    c.BeBusy: agents.be_busy,
    c.TakeBreak: agents.take_break,
    c.RejectOffer: agents.reject_offer,
    c.HangUp: agents.hang_up,
    c.Mute: agents.mute,
    c.SaveNote: agents.save_note,
    c.NameCustomer: agents.name_customer,
    c.ExtendWrapUp: agents.extend_wrap_up,
    c.FinishWrapUp: agents.finish_wrap_up,
    e.CallArrived: calls.on_arrived,
    e.CallReturned: calls.on_returned,
    e.OfferRinging: calls.on_ringing,
    e.OfferExpired: calls.on_expired,
    e.OfferAnswered: calls.on_answered,
    e.TalkEnded: calls.on_talk_ended,
    e.CallDegraded: calls.on_degraded,
    e.CallEnded: calls.on_ended,
    e.PhoneSeen: desks.phone_seen,
    m.DeskOpened: desks.opened,
    m.DeskClosed: desks.closed,
    m.Picture: resync.compare,
    m.PassedBy: resync.passed_by,
    m.TimerRang: _timer,
    m.OrderFailed: _order_failed,
}
