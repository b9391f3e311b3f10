"""After a gap: in every state the floor becomes what the switch says, and the same picture twice changes nothing."""

import random
from dataclasses import replace

import pytest

from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.agent import AgentState as A
from callcenter.domain.call import CallState as C
from callcenter.domain.ids import AgentId, CallId, QueueId
from callcenter.domain.orders import ConnectCaller, StartTimer
from callcenter.service.rules import QueueRule, Rules, Seat
from tests.service.figures import figure
from tests.service.room import ANN, BOB, REPAIR, Room, agent_leg, at, leg, picture, talking

GAP = 100


def ivr(room: Room) -> None:
    room.arrives("c1", 10)


def waiting(room: Room) -> None:
    room.queues("c1", 10)


def offered(room: Room) -> None:
    room.signs_in(ANN)
    room.queues("c1", 10)


def in_talk(room: Room) -> None:
    room.signs_in(ANN)
    room.talks("c1", ANN, 10)


def holding(room: Room) -> None:
    in_talk(room)
    room.say(e.CallHeld(at(15), CallId("c1"), ANN), 15)


def after(room: Room) -> None:
    in_talk(room)
    room.talk_over("c1", 16)


def degraded(room: Room) -> None:
    ivr(room)
    room.say(e.CallDegraded(at(12), CallId("c1"), answered=False), 12)


def lost_leg(room: Room) -> None:
    room.signs_in(ANN, phone=e.PhoneKind.BROWSER)
    room.talks("c1", ANN, 10)
    room.say(e.PhoneSeen(at(20), ANN, up=False), 20)
    room.timer("desk:8001", 21)


STATES = (ivr, waiting, offered, in_talk, holding, after, degraded, lost_leg)


@pytest.mark.parametrize("state", STATES)
def test_the_caller_hung_up_in_the_gap(state) -> None:  # type: ignore[no-untyped-def]
    room = Room()
    state(room)
    room.say(e.SwitchLost(at(30), "link"), 30)
    room.say(picture(GAP), GAP)
    ended = room.told(e.CallEnded)[-1]
    assert isinstance(ended, e.CallEnded)
    assert ended.source is e.Party.RESYNC
    assert ended.outcome is not (e.Outcome.ABANDONED if room.told(e.OfferAnswered) else None)
    assert room.engine.floor.tallies.book.live == 0
    assert room.engine.floor.switch_up
    assert isinstance(room.last.facts[-1], e.SwitchBack)
    assert room.say(picture(GAP + 5), GAP + 5).facts == ()


@pytest.mark.parametrize(("state", "answered"), [(in_talk, True), (holding, True), (offered, False)])
def test_the_talk_that_ended_with_the_gap_gives_the_agent_back(state, answered: bool) -> None:  # type: ignore[no-untyped-def]
    room = Room()
    state(room)
    room.say(picture(GAP), GAP)
    assert room.state(ANN) is (A.WRAP_UP if answered else A.READY)


def test_answered_in_the_gap() -> None:
    room = Room()
    offered(room)
    room.say(picture(GAP, *talking("c1", ANN)), GAP)
    assert (room.call_state("c1"), room.state(ANN), room.call("c1").agent_channel) == (
        C.TALKING,
        A.TALKING,
        agent_leg("c1", ANN).name,
    )


def test_the_phone_still_rings() -> None:
    room = Room()
    offered(room)
    assert (
        room.say(picture(GAP, replace(leg("c1", "connect"), application="Dial"), agent_leg("c1", ANN)), GAP).facts == ()
    )


def test_back_in_line_after_an_offer_that_ended_in_the_gap() -> None:
    room = Room()
    offered(room)
    room.signs_in(BOB, 20)
    room.say(e.SwitchLost(at(25), "link"), 25)
    room.say(picture(GAP, leg("c1")), GAP)
    assert e.OfferExpired(at(GAP), CallId("c1"), ANN, e.Miss.WITHDRAWN) in room.last.facts
    assert room.connects()[-1][:2] == ("c1", ANN)


def test_an_offer_younger_than_the_picture_is_left_alone() -> None:
    room = Room()
    offered(room)
    assert room.say(picture(10.5, leg("c1")), 10.6).facts == ()
    assert room.call_state("c1") is C.OFFERED


def test_a_call_younger_than_the_picture_is_left_alone() -> None:
    room = Room()
    waiting(room)
    assert room.say(picture(10.5), 10.6).facts == ()


def test_the_talk_was_cut_and_the_caller_waits_again() -> None:
    room = Room()
    in_talk(room)
    room.say(picture(GAP, leg("c1")), GAP)
    assert (room.call_state("c1"), room.state(ANN)) == (C.AFTER, A.WRAP_UP)


def test_a_caller_who_talks_with_a_duty_phone_is_not_torn_away() -> None:
    room = Room()
    waiting(room)
    room.say(e.SwitchLost(at(20), "link"), 20)
    room.signs_in(ANN, 21)
    duty = replace(agent_leg("c1", BOB, "b1"), context="serve")
    room.say(picture(GAP, leg("c1", "serve", "b1", "Dial"), duty), GAP)
    assert (room.connects(), room.call_state("c1"), room.line()) == ([], C.DEGRADED, [])
    room.hangs_up("c1", GAP + 50)
    assert room.told(e.CallEnded)[-1].outcome is e.Outcome.DEGRADED


def test_a_lost_leg_is_tried_again() -> None:
    room = Room()
    lost_leg(room)
    room.say(picture(GAP, leg("c1", "connect")), GAP)
    assert StartTimer("rejoin:8001", at(GAP + 10)) in room.last.orders


def test_a_talk_that_only_the_switch_remembers() -> None:
    room = Room()
    room.signs_in(ANN)
    room.say(picture(GAP, *talking("c1", ANN)), GAP)
    assert (room.call_state("c1"), room.state(ANN), room.call("c1").arrived_at) == (C.TALKING, A.TALKING, at(GAP - 60))
    room.hangs_up("c1", GAP + 10)
    assert room.told(e.CallEnded)[-1].outcome is e.Outcome.ANSWERED


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_talk_that_only_the_switch_remembers_with_an_agent_who_cannot_have_it(signed_in: bool) -> None:
    room = Room()
    if signed_in:
        room.say(c.SignIn(ANN, "ann", e.PhoneKind.SIP, "p"), 1)
    room.signs_in(BOB, 2)
    room.say(picture(GAP, *talking("c1", ANN)), GAP)
    assert (room.call_state("c1"), room.connects()) == (C.DEGRADED, [])


def test_a_caller_in_our_session_is_left_to_the_session_which_knows_the_number() -> None:
    room = Room()
    room.say(picture(GAP, leg("c1"), leg("c2", "hotline", application="Answer")), GAP)
    assert room.told(e.CallArrived) == []
    room.queues("c1", GAP + 1)
    assert room.call("c1").number == "+8613800138000"


def test_phones_are_read_back_also_of_people_who_have_not_signed_in_yet() -> None:
    room = Room()
    room.say(picture(GAP, phones=("8001",)), GAP)
    assert room.agent(ANN).phone_up
    room.say(picture(GAP + 1), GAP + 1)
    assert not room.agent(ANN).phone_up


def test_r4_after_a_random_gap_the_floor_equals_the_switch() -> None:
    """R4: AMI has no replay, so all events of a gap are lost; the picture alone must mend the floor."""
    differences = calls = 0
    for seed in range(40):
        switch = SmallSwitch(random.Random(seed))
        for _ in range(120):
            switch.act()
        switch.gap(turns=40)
        calls += len(switch.world)
        differences += len(switch.differences())
        assert switch.room.say(switch.picture(), switch.now).facts == (), "the same picture again changes nothing"
    figure("R4", f"gaps 40 live calls {calls} differences {differences}")
    assert differences == 0
    assert calls > 100


AGENTS = tuple(AgentId(f"80{number:02}") for number in range(10, 16))
MANY = Rules(
    queues={REPAIR: QueueRule(REPAIR, "报修", "Repairs")},
    seats={agent: Seat(agent, agent, agent, (QueueId("repair"),)) for agent in AGENTS},
)


class SmallSwitch:
    """A switch in a few lines: each caller's place is the truth; what happens is told only while the link is up."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.now, self.link = chance, 100.0, True
        self.world: dict[str, tuple[str, str]] = {}
        self.room = Room(MANY)
        self.seen = 0
        for agent in AGENTS:
            self.room.signs_in(agent, 0)

    def tell(self, deed: str, *details: str) -> None:
        if self.link:
            getattr(self.room, deed)(*details, self.now)

    def obey(self) -> None:
        """Carry out the rings that were ordered; while the link is down none is."""
        for order in self.room.orders[self.seen :]:
            if isinstance(order, ConnectCaller) and order.call in self.world:
                self.world[order.call] = ("rings", order.agent)
        self.seen = len(self.room.orders)

    def act(self) -> None:
        self.now += 2
        call = self.chance.choice([*self.world, ""])
        place, agent = self.world.get(call, ("", ""))
        roll = self.chance.random()
        if not call:
            call = f"c{self.now:.0f}"
            self.world[call] = ("waits", "")
            self.room.queues(call, self.now)  # the session's word needs no AMI
        elif roll < 0.2:
            del self.world[call]
            self.tell("hangs_up", call)
        elif place == "rings" and roll < 0.7:
            self.world[call] = ("talks", agent)
            self.tell("answers", call, agent)
        elif place == "rings":
            self.world[call] = ("waits", "")
            self.tell("misses", call, agent)
            self.room.returns(call, self.now)
        elif place == "talks" and roll < 0.6:
            del self.world[call]
            self.tell("talk_over", call)
            self.tell("hangs_up", call)
        elif roll > 0.9 and self.link:
            self.idle_agents_come_back()
        self.obey()

    def idle_agents_come_back(self) -> None:
        for agent in AGENTS:
            if self.room.state(agent) is A.NOT_RESPONDING:
                self.room.say(c.BeReady(agent, agent), self.now)
            self.room.timer(f"wrapup:{agent}", self.now + 40)

    def gap(self, turns: int) -> None:
        self.link = False
        self.room.say(e.SwitchLost(at(self.now), "link"), self.now)
        for _ in range(turns):
            self.act()
        self.link = True
        self.now += 2
        self.room.say(self.picture(), self.now)
        self.obey()

    def picture(self):  # type: ignore[no-untyped-def]
        legs = []
        for call, (place, agent) in self.world.items():
            if place == "waits":
                legs.append(leg(call))
            elif place == "rings":
                legs += [leg(call, "connect", application="Dial"), agent_leg(call, AgentId(agent))]
            else:
                legs += talking(call, AgentId(agent))
        return picture(self.now, *legs)

    def differences(self) -> list[str]:
        """Return every call that the floor sees otherwise than the switch; offers just made are already rung."""
        states = {C.WAITING: "waits", C.OFFERED: "rings", C.TALKING: "talks"}
        live = {
            call.id: (states.get(call.state, str(call.state)), call.agent or "")
            for call in self.room.engine.floor.calls.values()
            if call.state is not C.ENDED
        }
        wrong = [call for call in {*live, *self.world} if live.get(CallId(call)) != self.world.get(call)]
        busy = {agent for _, agent in self.world.values() if agent}
        on_call = {a.id for a in self.room.engine.floor.agents.values() if a.state in (A.RINGING, A.TALKING)}
        return wrong + sorted(busy ^ on_call)
