"""An agent's day as stories: sign-in, breaks, wrap-up, and what is refused with words for people."""

from dataclasses import replace

import pytest

from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.agent import AgentState as A
from callcenter.domain.ids import AgentId, CallId, CustomerId
from callcenter.domain.orders import MuteChannel, StartTimer, StopTimer
from callcenter.service.engine import Result
from tests.service.room import ANN, BOB, EVE, RULES, Room, at, phone

LEAK = "leak"


def refused(result: Result, code: str) -> None:
    """A refusal tells people what to do in both languages and changes nothing."""
    assert result.refused is not None
    message = result.refused.message
    assert message.code == code
    assert any("\u4e00" <= letter <= "\u9fff" for letter in message.zh)
    assert message.en.isascii()
    assert (result.facts, result.orders) == ((), ())


def test_signing_in_begins_busy_and_ready_is_a_wish_of_its_own() -> None:
    room = Room()
    room.say(c.SignIn(ANN, "ann", e.PhoneKind.SIP, "p1"), 1)
    assert (room.state(ANN), room.agent(ANN).page) == (A.BUSY, "p1")
    room.say(c.BeReady(ANN, "ann"), 2)
    assert (room.state(ANN), room.agent(ANN).idle_since) == (A.READY, at(2))


def test_an_organisation_may_let_sign_in_mean_ready() -> None:
    room = Room(replace(RULES, after_sign_in="ready"))
    room.say(c.SignIn(ANN, "ann", e.PhoneKind.SIP, "p1"), 1)
    assert room.state(ANN) is A.READY


def test_signing_in_twice_changes_the_page_only_and_another_phone_is_refused() -> None:
    room = Room()
    room.signs_in(ANN)
    room.say(c.SignIn(ANN, "ann", e.PhoneKind.SIP, "p2"), 5)
    assert (room.state(ANN), room.agent(ANN).page, room.agent(ANN).idle_since) == (A.READY, "p2", at(0))
    refused(room.say(c.SignIn(ANN, "ann", e.PhoneKind.BROWSER, "p2"), 6), "signed_in")


def test_nobody_without_a_seat_signs_in() -> None:
    refused(Room().say(c.SignIn(AgentId("9999"), "x", e.PhoneKind.SIP), 1), "no_seat")


@pytest.mark.parametrize("wish", [c.BeReady, c.BeBusy])
def test_the_signed_out_have_no_state(wish: type[c.BeReady] | type[c.BeBusy]) -> None:
    refused(Room().say(wish(ANN, "ann"), 1), "not_now")


def test_breaks_and_busy_need_a_listed_reason() -> None:
    room = Room()
    room.signs_in(ANN)
    refused(room.say(c.TakeBreak(ANN, "ann", ""), 1), "unknown_code")
    refused(room.say(c.TakeBreak(ANN, "ann", "paper"), 1), "unknown_code")
    refused(room.say(c.BeBusy(ANN, "ann", "lunch"), 1), "unknown_code")
    room.say(c.TakeBreak(ANN, "ann", "lunch"), 2)
    assert (room.state(ANN), room.agent(ANN).reason) == (A.BREAK, "lunch")
    room.say(c.BeBusy(ANN, "ann", "paper"), 3)
    assert (room.state(ANN), room.agent(ANN).reason, room.agent(ANN).since) == (A.BUSY, "paper", at(3))


@pytest.mark.parametrize("ringing", [True, False])
def test_nobody_signs_out_in_a_call(ringing: bool) -> None:
    room = Room()
    room.signs_in(ANN)
    room.queues("c1", 1)
    if not ringing:
        room.answers("c1", ANN, 2)
    refused(room.say(c.SignOut(ANN, "ann"), 3), "on_call")


def test_signing_out_leaves_the_line_and_signing_out_twice_is_fine() -> None:
    room = Room()
    room.signs_in(ANN)
    room.say(c.SignOut(ANN, "ann"), 5)
    room.say(c.SignOut(ANN, "ann"), 6)
    assert (room.state(ANN), room.engine.floor.queue(RULES.seats[ANN].queues[0]).agents) == (A.SIGNED_OUT, frozenset())
    assert len(room.told(e.AgentSignedOut)) == 1


def test_signing_out_in_wrap_up_keeps_what_was_typed() -> None:
    room = wrapping_up()
    room.say(c.SaveNote(ANN, "ann", CallId("c1"), "阀门", LEAK), 105)
    room.say(c.SignOut(ANN, "ann"), 106)
    finished = room.told(e.WrapUpFinished)[0]
    assert finished == e.WrapUpFinished(at(106), ANN, CallId("c1"), LEAK, "阀门", e.Party.AGENT)
    assert (room.state(ANN), room.engine.floor.calls, room.engine.floor.wrapping) == (A.SIGNED_OUT, {}, {})


def wrapping_up() -> Room:
    """Ann talked from 13 to 100 and the caller has hung up."""
    room = Room()
    room.signs_in(ANN)
    room.talks("c1", ANN, 10)
    room.hangs_up("c1", 100)
    return room


def test_wrap_up_is_finished_with_a_code_and_the_next_caller_comes() -> None:
    room = wrapping_up()
    room.queues("c2", 101)
    refused(room.say(c.FinishWrapUp(ANN, "ann", CallId("c1"), "nonsense", ""), 110), "unknown_code")
    refused(room.say(c.FinishWrapUp(ANN, "ann", CallId("c2"), LEAK, ""), 110), "not_now")
    room.say(c.FinishWrapUp(ANN, "ann", CallId("c1"), LEAK, "已派单"), 111)
    assert StopTimer("wrapup:8001") in room.last.orders
    assert room.connects()[-1] == ("c2", ANN, False)
    assert CallId("c1") not in room.engine.floor.calls
    assert CallId("c1") in room.last.touched.calls


def test_wrap_up_runs_out_and_keeps_the_typed_note() -> None:
    room = wrapping_up()
    room.say(c.SaveNote(ANN, "ann", CallId("c1"), "表后漏", LEAK), 110)
    room.timer("wrapup:8001", 130)
    assert room.last.facts == (e.WrapUpFinished(at(130), ANN, CallId("c1"), LEAK, "表后漏", e.Party.TIMEOUT),)
    assert (room.state(ANN), room.agent(ANN).cause) == (A.READY, "timeout")
    assert room.timer("wrapup:8001", 131).facts == ()


def test_wrap_up_is_extended_and_an_early_ring_finds_nothing() -> None:
    room = wrapping_up()
    room.say(c.ExtendWrapUp(ANN, "ann"), 129)
    assert room.last.orders == (StartTimer("wrapup:8001", at(160)),)
    room.timer("wrapup:8001", 130)
    assert room.state(ANN) is A.WRAP_UP
    room.timer("wrapup:8001", 160)
    assert room.state(ANN) is A.READY
    refused(room.say(c.ExtendWrapUp(ANN, "ann"), 161), "not_now")


@pytest.mark.parametrize(
    ("wish", "after"),
    [
        (c.BeBusy(ANN, "ann", "paper"), (A.BUSY, "paper")),
        (c.TakeBreak(ANN, "ann", "lunch"), (A.BREAK, "lunch")),
        (c.BeReady(ANN, "ann"), (A.READY, "")),
    ],
)
def test_what_is_asked_for_in_a_call_comes_after_wrap_up(wish: c.Command, after: tuple[A, str]) -> None:
    room = Room()
    room.signs_in(ANN)
    room.talks("c1", ANN, 10)
    room.say(wish, 20)
    assert (room.state(ANN), room.agent(ANN).since) == (A.TALKING, at(13))
    room.hangs_up("c1", 30)
    room.queues("c2", 31)
    room.say(c.FinishWrapUp(ANN, "ann", CallId("c1"), LEAK, ""), 40)
    expected = (A.RINGING, "") if after[0] is A.READY else after
    assert (room.state(ANN), room.agent(ANN).reason) == expected


def test_a_queue_without_wrap_up_time_ends_it_at_once() -> None:
    room = Room()
    room.signs_in(EVE)
    room.queues("c1", 1, queue=RULES.seats[EVE].queues[0])
    room.answers("c1", EVE, 2)
    room.talk_over("c1", 9)
    assert room.last.orders[-1] == StartTimer("wrapup:8003", at(9))
    room.timer("wrapup:8003", 9)
    assert room.state(EVE) is A.READY


def test_mute_goes_to_the_agents_own_leg() -> None:
    room = Room()
    room.signs_in(ANN)
    refused(room.say(c.Mute(ANN, "ann", on=True), 1), "not_now")
    room.talks("c1", ANN, 10)
    assert room.say(c.Mute(ANN, "ann", on=True), 20).orders == (MuteChannel(phone(ANN), on=True),)


def test_nobody_writes_into_a_call_of_somebody_else() -> None:
    room = Room()
    room.signs_in(ANN)
    room.signs_in(BOB)
    room.talks("c1", ANN, 10)
    refused(room.say(c.SaveNote(BOB, "bob", CallId("c1"), "x"), 20), "not_your_call")
    refused(room.say(c.NameCustomer(BOB, "bob", CallId("c1"), CustomerId(1)), 20), "not_your_call")
    refused(room.say(c.SaveNote(ANN, "ann", CallId("c9"), "x"), 20), "not_your_call")
    refused(room.say(c.HangUp(BOB, "bob"), 20), "not_now")
    refused(room.say(c.RejectOffer(ANN, "ann"), 20), "not_now")


def test_the_same_note_twice_is_one_fact_and_the_agent_names_the_customer() -> None:
    room = Room()
    room.signs_in(ANN)
    room.talks("c1", ANN, 10)
    for _ in range(3):
        room.say(c.SaveNote(ANN, "ann", CallId("c1"), "x", LEAK), 20)
    room.say(c.NameCustomer(ANN, "ann", CallId("c1"), CustomerId(7)), 21)
    assert (len(room.told(e.NoteSaved)), room.call("c1").customer) == (1, CustomerId(7))


def test_the_longest_idle_agent_is_rung_and_the_others_are_told_why_not() -> None:
    room = Room()
    room.signs_in(BOB, 1)
    room.signs_in(ANN, 2)
    room.queues("c1", 10)
    made = room.told(e.OfferMade)[0]
    assert isinstance(made, e.OfferMade)
    assert (made.agent, made.why, made.passed_over) == (BOB, "longest_idle:9", ("8001:shorter_idle:8",))
