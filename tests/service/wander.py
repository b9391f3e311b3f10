"""A random day: anything may be said at any time, sensible or not, as hang-up races and slow threads make it."""

import random
from collections.abc import Callable, Iterator

from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.ids import AgentId, CallId, ChannelName, CustomerId, StepId
from callcenter.domain.orders import ConnectCaller
from callcenter.service import messages as m
from callcenter.service.engine import Message
from tests.service.room import ANN, BILLING, BOB, EVE, REPAIR, Room, arrival, at, caller, leg, phone, picture, talking

AGENTS = (ANN, BOB, EVE)


def wander(chance: random.Random, steps: int, room: Room | None = None) -> Iterator[Room]:
    """Yield the room after each of `steps` messages. Calls and agents that fit the message are the likely ones."""
    room, born = room or Room(), 0
    for number in range(1, steps + 1):
        now = float(number)
        if chance.random() < 0.15:
            born += 1
            room.say(arrival(f"c{born}", now), now)
        else:
            room.say(_message(chance, room, max(1, born), now), now)
        yield room


def _message(chance: random.Random, room: Room, born: int, now: float) -> Message:
    live = list(room.engine.floor.calls.values())
    call = chance.choice(live) if live and chance.random() < 0.9 else None
    call_id = call.id if call else CallId(f"c{chance.randint(1, born)}")
    agent = call.agent if call and call.agent and chance.random() < 0.9 else chance.choice(AGENTS)
    kinds = (_of_the_switch, _of_the_switch, _of_people, _of_time_and_pages)
    return chance.choice(kinds)(chance, room, call_id, agent, now)


def _of_the_switch(chance: random.Random, _room: Room, call: CallId, agent: AgentId, now: float) -> Message:
    then, miss = at(now), chance.choice(tuple(e.Miss))
    makers: tuple[Callable[[], e.Event], ...] = (
        lambda: e.CallQueued(then, call, chance.choice((REPAIR, BILLING)), chance.choice((0, 0, 3))),
        lambda: e.CallQueued(then, call, REPAIR),
        lambda: e.StepEntered(then, call, "main", StepId("menu"), "菜单"),
        lambda: e.KeysPressed(then, call, StepId("menu"), "2", "报修"),
        lambda: e.CustomerIdentified(then, call, CustomerId(chance.randint(1, 3)), "number"),
        lambda: e.CallServed(then, call, "balance"),
        lambda: e.CallReturned(then, call, caller(call)),
        lambda: e.OfferRinging(then, call, agent, phone(agent)),
        lambda: e.OfferAnswered(then, call, agent, phone(agent)),
        lambda: e.OfferAnswered(then, call, agent, phone(agent)),
        lambda: e.OfferExpired(then, call, agent, miss),
        lambda: e.CallHeld(then, call, agent),
        lambda: e.CallResumed(then, call, agent),
        lambda: e.RecordingStarted(then, call, f"2026/11/20/{call}.wav"),
        lambda: e.TalkEnded(then, call, AgentId(""), e.Party.AGENT),
        lambda: e.CallDegraded(then, call, chance.random() < 0.5),
        lambda: e.CallEnded(then, call, e.Outcome.ABANDONED, 16),
        lambda: e.SwitchLost(then, "link"),
        lambda: e.PhoneSeen(then, agent, chance.random() < 0.8),
    )
    return chance.choice(makers)()


def _of_people(chance: random.Random, _room: Room, call: CallId, agent: AgentId, _now: float) -> Message:
    kind = chance.choice(tuple(e.PhoneKind))
    wishes: tuple[c.Command, ...] = (
        c.SignIn(agent, agent, kind, chance.choice(("p1", "p2"))),
        c.BeReady(agent, agent),
        c.BeReady(agent, agent),
        c.BeReady(agent, agent),
        c.BeBusy(agent, agent, chance.choice(("", "paper", "nonsense"))),
        c.TakeBreak(agent, agent, "lunch"),
        c.SignOut(agent, agent),
        c.RejectOffer(agent, agent),
        c.HangUp(agent, agent),
        c.SaveNote(agent, agent, call, f"note {chance.random():.3f}", "leak"),
        c.NameCustomer(agent, agent, call, CustomerId(chance.randint(1, 3))),
        c.ExtendWrapUp(agent, agent),
        c.FinishWrapUp(agent, agent, call, "leak", "已派单"),
    )
    return chance.choice(wishes)


def _of_time_and_pages(chance: random.Random, room: Room, call: CallId, agent: AgentId, now: float) -> Message:
    legs = []
    for one in room.engine.floor.calls.values():
        roll = chance.random()
        legs += (leg(one.id),) if roll < 0.4 else talking(one.id, one.agent or agent) if roll < 0.8 else ()
    order = ConnectCaller(call, ChannelName("gone"), agent, agent, 20)
    pages = (m.DeskOpened(agent, "p1"), m.DeskOpened(agent, "p2"), m.DeskClosed(agent))
    timers = (f"wrapup:{agent}", f"desk:{agent}", f"rejoin:{agent}", f"offer:{call}", f"returned:{call}", "odd")
    return chance.choice(
        (
            *pages,
            *map(m.TimerRang, timers),
            m.OrderFailed(order, "gone", gone=True),
            picture(now - 0.1, *legs, phones=("8001", "8003")),
            picture(now - 0.1, *legs, phones=("8001", "8002")),
            m.PassedBy(call, "96777", at(now - 50), at(now - 40), answered=True),
        )
    )
