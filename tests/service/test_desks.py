"""Pages and phones that come and go: a reload keeps the caller, a crash gives the caller to the next agent."""

from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.agent import AgentState as A
from callcenter.domain.call import CallState as C
from callcenter.domain.ids import CallId
from callcenter.domain.orders import ConnectCaller, ReturnToWaiting, StartTimer, StopTimer
from callcenter.service.messages import DeskClosed, DeskOpened
from tests.service.room import ANN, BOB, Room, at, caller

BROWSER = e.PhoneKind.BROWSER
BACK = ReturnToWaiting(CallId("c1"), caller("c1"))


def in_a_talk() -> Room:
    room = Room()
    room.signs_in(ANN, phone=BROWSER)
    room.talks("c1", ANN, 10)
    return room


def test_a_blip_of_the_page_is_nothing() -> None:
    room = Room()
    room.signs_in(ANN, phone=BROWSER)
    assert room.say(DeskClosed(ANN), 10).orders == (StartTimer("desk:8001", at(15)),)
    assert room.say(DeskOpened(ANN, "page-8001"), 12).orders == (StopTimer("desk:8001"),)
    assert (room.last.facts, room.state(ANN), room.agent(ANN).idle_since) == ((), A.READY, at(0))


def test_a_page_that_stays_away_is_disconnected_and_comes_back_as_it_was() -> None:
    room = Room()
    room.signs_in(ANN, phone=BROWSER)
    room.say(DeskClosed(ANN), 10)
    room.timer("desk:8001", 15)
    assert room.state(ANN) is A.DISCONNECTED
    room.queues("c1", 20)
    assert room.connects() == []
    room.say(DeskOpened(ANN, "page-new"), 30)
    assert room.connects() == [("c1", ANN, False)]


def test_a_break_survives_a_lost_page_with_its_reason() -> None:
    room = Room()
    room.signs_in(ANN)
    room.say(c.TakeBreak(ANN, "ann", "lunch"), 5)
    room.timer("desk:8001", 15)
    room.say(DeskOpened(ANN, "page-8001"), 60)
    assert (room.state(ANN), room.agent(ANN).reason) == (A.BREAK, "lunch")


def test_a_browser_whose_phone_is_not_registered_is_not_offered_anything() -> None:
    room = Room()
    room.signs_in(ANN, phone=BROWSER)
    room.say(e.PhoneSeen(at(5), ANN, up=False), 5)
    room.queues("c1", 10)
    assert (room.connects(), room.state(ANN)) == ([], A.READY)
    room.signs_in(BOB, 11)
    made = room.told(e.OfferMade)[0]
    assert isinstance(made, e.OfferMade)
    assert (made.agent, made.passed_over) == (BOB, ("8001:no_phone",))
    room.misses("c1", BOB, 20)
    room.say(e.PhoneSeen(at(21), ANN, up=True), 21)
    assert room.connects()[-1] == ("c1", ANN, False)


def test_a_reload_in_a_talk_keeps_the_caller_phone_first_seen_after_the_page() -> None:
    room = in_a_talk()
    room.say(e.PhoneSeen(at(20), ANN, up=False), 20)
    room.say(DeskOpened(ANN, "page-new"), 21)
    assert e.LegLost(at(21), CallId("c1"), ANN) in room.last.facts
    assert room.last.orders[-1] == StartTimer("rejoin:8001", at(31))
    assert (room.call_state("c1"), room.state(ANN)) == (C.LEG_LOST, A.DISCONNECTED)
    room.say(e.PhoneSeen(at(22), ANN, up=True), 22)
    assert ConnectCaller(CallId("c1"), caller("c1"), ANN, "8001", 10, auto_answer=True) in room.last.orders
    room.answers("c1", ANN, 23, ring=2)
    assert (room.call_state("c1"), room.state(ANN)) == (C.TALKING, A.TALKING)
    room.hangs_up("c1", 63)
    tally = room.engine.floor.tallies
    assert (tally.agent(ANN).answered, tally.agent(ANN).talk_seconds) == (1, 8.0 + 40.0)
    assert room.told(e.CallEnded) == [e.CallEnded(at(63), CallId("c1"), e.Outcome.ANSWERED, 16)]


def test_a_reload_whose_old_registration_still_stands_is_rung_after_a_moment() -> None:
    room = in_a_talk()
    room.say(DeskOpened(ANN, "page-new"), 21)
    assert room.last.orders[-1] == StartTimer("rejoin:8001", at(22.5))
    room.timer("rejoin:8001", 22.5)
    assert room.connects()[-1] == ("c1", ANN, True)


def test_a_reloaded_page_whose_phone_never_comes_gives_the_caller_back_first_in_line() -> None:
    room = in_a_talk()
    room.queues("c2", 15)
    room.say(e.PhoneSeen(at(20), ANN, up=False), 20)
    room.say(DeskOpened(ANN, "page-new"), 21)
    room.timer("rejoin:8001", 31)
    assert room.last.orders == (BACK,)
    assert room.state(ANN) is A.BUSY, "her page is there, so she is not shown as 断线"
    room.returns("c1", 32)
    assert room.line() == ["c1", "c2"]
    room.signs_in(BOB, 33)
    assert room.connects()[-1] == ("c1", BOB, False)


def test_the_second_agent_counts_the_own_talk_only() -> None:
    room = in_a_talk()
    room.say(e.PhoneSeen(at(20), ANN, up=False), 20)
    room.timer("desk:8001", 21)
    room.returns("c1", 22)
    room.signs_in(BOB, 33)
    room.answers("c1", BOB, 40)
    room.hangs_up("c1", 50)
    tally = room.engine.floor.tallies
    assert (tally.agent(ANN).talk_seconds, tally.agent(BOB).talk_seconds) == (8.0, 10.0)


def test_page_and_phone_gone_the_caller_goes_back_at_once() -> None:
    room = in_a_talk()
    room.say(DeskClosed(ANN), 20)
    room.timer("desk:8001", 25)
    assert (room.call_state("c1"), BACK in room.last.orders) == (C.TALKING, False), "the phone may still talk"
    room.say(e.PhoneSeen(at(26), ANN, up=False), 26)
    assert (room.call_state("c1"), room.state(ANN), room.last.orders) == (C.LEG_LOST, A.DISCONNECTED, (BACK,))


def test_a_sip_phone_talks_on_without_a_page() -> None:
    room = Room()
    room.signs_in(ANN)
    room.talks("c1", ANN, 10)
    room.say(DeskOpened(ANN, "page-new"), 20)
    room.say(DeskClosed(ANN), 21)
    room.timer("desk:8001", 26)
    assert (room.call_state("c1"), room.state(ANN)) == (C.TALKING, A.TALKING)
    room.hangs_up("c1", 60)
    room.timer("wrapup:8001", 90)
    assert room.state(ANN) is A.DISCONNECTED


def test_a_page_that_is_lost_while_it_rings_is_disconnected_when_the_caller_gives_up() -> None:
    room = Room()
    room.signs_in(ANN)
    room.queues("c1", 10)
    room.timer("desk:8001", 12)
    room.hangs_up("c1", 14)
    assert room.state(ANN) is A.DISCONNECTED


def test_the_caller_hangs_up_while_the_page_reloads_and_the_agent_is_not_left_disconnected() -> None:
    room = in_a_talk()
    room.say(DeskOpened(ANN, "page-new"), 20)
    room.hangs_up("c1", 21)
    assert room.told(e.CallEnded)[-1].outcome is e.Outcome.ANSWERED
    assert room.state(ANN) is A.BUSY
    assert room.timer("rejoin:8001", 22).orders == ()


def test_an_agent_who_took_another_call_meanwhile_does_not_keep_the_lost_caller() -> None:
    room = in_a_talk()
    room.say(e.PhoneSeen(at(20), ANN, up=False), 20)
    room.say(DeskOpened(ANN, "page-new"), 21)
    room.say(c.BeBusy(ANN, "ann"), 22)
    room.say(e.PhoneSeen(at(23), ANN, up=True), 23)
    assert BACK in room.last.orders


def test_a_page_of_somebody_signed_out_changes_nothing() -> None:
    room = Room()
    for message in (DeskOpened(ANN, "p"), DeskClosed(ANN)):
        assert room.say(message, 1).facts == ()
    assert room.timer("desk:8001", 2).facts == ()


def test_a_phone_that_registers_before_sign_in_counts() -> None:
    room = Room()
    room.say(e.PhoneSeen(at(1), ANN, up=True), 1)
    room.say(c.SignIn(ANN, "ann", BROWSER, "p1"), 2)
    room.say(c.BeReady(ANN, "ann"), 3)
    room.queues("c1", 4)
    assert room.connects() == [("c1", ANN, False)]
