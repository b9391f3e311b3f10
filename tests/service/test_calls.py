"""A call's life as stories: given what happened, when one more message comes, then facts, orders and the line."""

import pytest

from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.agent import AgentState as A
from callcenter.domain.call import CallState as C
from callcenter.domain.ids import CallId
from callcenter.domain.orders import ConnectCaller, HangUpChannel, ReadBack, StartTimer
from callcenter.service import messages as m
from tests.service.room import ANN, BILLING, BOB, REPAIR, Room, at, caller, phone


def test_a_call_is_offered_the_moment_it_waits_and_its_timer_runs() -> None:
    room = Room()
    room.signs_in(ANN)
    room.queues("c1", 10)
    assert room.last.facts == (
        e.CallQueued(at(10), CallId("c1"), REPAIR),
        e.OfferMade(at(10), CallId("c1"), ANN, REPAIR, "longest_idle:10"),
    )
    assert room.last.orders == (
        ConnectCaller(CallId("c1"), caller("c1"), ANN, "8001", 20),
        StartTimer("offer:c1", at(40)),
    )
    assert (room.state(ANN), room.call_state("c1"), room.line()) == (A.RINGING, C.OFFERED, ["c1"])


def test_dialplan_and_session_both_tell_an_arrival_and_it_counts_once() -> None:
    room = Room()
    room.arrives("c1", 1)
    room.arrives("c1", 2)
    assert len(room.told(e.CallArrived)) == 1
    assert (room.engine.floor.tallies.book.offered, room.call("c1").arrived_at) == (1, at(1))


def test_not_answered_the_caller_keeps_the_place_and_the_next_agent_is_rung() -> None:
    room = Room()
    room.signs_in(ANN)
    room.queues("c1", 10)
    room.queues("c2", 11)
    room.rings("c1", ANN, 12)
    room.misses("c1", ANN, 30)
    assert (room.state(ANN), room.agent(ANN).cause, room.line()) == (A.NOT_RESPONDING, "no_answer", ["c1", "c2"])
    room.signs_in(BOB, 31)
    assert room.connects() == [("c1", ANN, False), ("c1", BOB, False)]
    assert room.call("c1").queued_at == at(10)
    assert room.engine.floor.tallies.agent(ANN).missed == 1


@pytest.mark.parametrize("back_first", [True, False])
def test_the_session_may_say_that_the_caller_is_back_before_or_after_the_switch_tells_the_miss(
    back_first: bool,
) -> None:
    room = Room()
    room.signs_in(ANN)
    room.queues("c1", 10)
    deeds = [lambda: room.returns("c1", 30), lambda: room.misses("c1", ANN, 30)]
    for deed in deeds if back_first else reversed(deeds):
        deed()
    assert (room.call_state("c1"), room.state(ANN), room.line()) == (C.WAITING, A.NOT_RESPONDING, ["c1"])


def test_a_caller_who_is_back_while_the_offer_stands_makes_us_ask_the_switch() -> None:
    room = Room()
    room.signs_in(ANN)
    room.queues("c1", 10)
    room.returns("c1", 12)
    assert room.last.orders == (StartTimer("returned:c1", at(13.5)),)
    assert room.timer("returned:c1", 13.5).orders == (ReadBack(),)
    room.rings("c1", ANN, 14)
    room.answers("c1", ANN, 15)
    assert room.timer("returned:c1", 16).orders == ()


def test_rejected_the_agent_is_busy_the_phone_is_silenced_and_the_next_is_rung() -> None:
    room = Room()
    room.signs_in(ANN)
    room.signs_in(BOB, 5)
    room.queues("c1", 10)
    room.rings("c1", ANN, 11)
    room.say(c.RejectOffer(ANN, "ann"), 12)
    assert HangUpChannel(phone(ANN)) in room.last.orders
    assert (room.state(ANN), room.agent(ANN).cause) == (A.BUSY, "rejected")
    assert room.connects()[-1] == ("c1", BOB, False)
    room.misses("c1", ANN, 13)
    assert (room.state(ANN), room.call("c1").agent) == (A.BUSY, BOB)


def test_a_phone_that_starts_to_ring_for_an_offer_taken_back_is_silenced() -> None:
    room = Room()
    room.signs_in(ANN)
    room.queues("c1", 10)
    room.say(c.RejectOffer(ANN, "ann"), 10.1)
    room.rings("c1", ANN, 10.2)
    assert room.last.orders == (HangUpChannel(phone(ANN)),)


def test_answered_and_the_agent_hangs_up() -> None:
    room = Room()
    room.signs_in(ANN)
    room.talks("c1", ANN, 10)
    room.say(c.HangUp(ANN, "ann"), 100)
    assert room.last.orders == (HangUpChannel(phone(ANN)),)
    assert room.state(ANN) is A.TALKING
    room.talk_over("c1", 100)
    assert room.last.facts == (
        e.TalkEnded(at(100), CallId("c1"), ANN, e.Party.AGENT),
        e.WrapUpUntil(at(100), ANN, at(130)),
    )
    room.hangs_up("c1", 100)
    assert room.last.facts == (e.CallEnded(at(100), CallId("c1"), e.Outcome.ANSWERED, 16),)
    assert (room.state(ANN), room.engine.floor.tallies.agent(ANN).talk_seconds) == (A.WRAP_UP, 87.0)


def test_answered_and_the_caller_hangs_up() -> None:
    room = Room()
    room.signs_in(ANN)
    room.talks("c1", ANN, 10)
    room.hangs_up("c1", 100)
    ended, wrap_up, closed = room.last.facts
    assert ended == e.TalkEnded(at(100), CallId("c1"), ANN, e.Party.CALLER)
    assert (wrap_up, closed) == (
        e.WrapUpUntil(at(100), ANN, at(130)),
        e.CallEnded(at(100), CallId("c1"), e.Outcome.ANSWERED, 16),
    )
    room.talk_over("c1", 100.1)
    assert room.last.facts == ()


def test_hold_counts_and_ends_with_the_talk() -> None:
    room = Room()
    room.signs_in(ANN)
    room.talks("c1", ANN, 10)
    room.say(e.CallHeld(at(20), CallId("c1"), ANN), 20)
    assert (room.state(ANN), room.call_state("c1")) == (A.HOLDING, C.HOLDING)
    room.say(e.CallResumed(at(25), CallId("c1"), ANN), 25)
    room.say(e.CallHeld(at(30), CallId("c1"), ANN), 30)
    room.talk_over("c1", 40)
    assert (room.call("c1").held_seconds, room.call("c1").held_at) == (15.0, None)


@pytest.mark.parametrize(
    ("waited", "outcome"), [(4.9, e.Outcome.SHORT_ABANDON), (5, e.Outcome.ABANDONED), (600, e.Outcome.ABANDONED)]
)
def test_a_caller_who_gives_up_in_line(waited: float, outcome: e.Outcome) -> None:
    room = Room()
    room.queues("c1", 10)
    room.hangs_up("c1", 10 + waited)
    assert room.last.facts == (e.CallEnded(at(10 + waited), CallId("c1"), outcome, 16),)
    assert (room.line(), room.engine.floor.tallies.queue(REPAIR).abandoned) == ([], 1)
    assert CallId("c1") not in room.engine.floor.calls


def test_a_caller_who_gives_up_while_it_rings_is_no_miss_and_costs_the_agent_no_place() -> None:
    room = Room()
    room.signs_in(ANN)
    room.signs_in(BOB, 5)
    room.queues("c1", 10)
    room.rings("c1", ANN, 11)
    room.hangs_up("c1", 25)
    assert room.last.facts == (
        e.OfferExpired(at(25), CallId("c1"), ANN, e.Miss.WITHDRAWN),
        e.CallEnded(at(25), CallId("c1"), e.Outcome.ABANDONED, 16),
    )
    assert (room.state(ANN), room.engine.floor.tallies.agent(ANN).missed) == (A.READY, 0)
    room.queues("c2", 30)
    assert room.connects()[-1] == ("c2", ANN, False), "Ann has been idle for longer than Bob all along"


def test_what_was_asked_for_while_it_rang_counts_when_the_caller_gives_up() -> None:
    room = Room()
    room.signs_in(ANN)
    room.queues("c1", 10)
    room.queues("c2", 11)
    room.say(c.TakeBreak(ANN, "ann", "lunch"), 12)
    room.hangs_up("c1", 13)
    assert (room.state(ANN), room.agent(ANN).reason) == (A.BREAK, "lunch")
    assert room.call_state("c2") is C.WAITING


def test_left_in_the_menu_or_served_by_it() -> None:
    room = Room()
    room.arrives("c1", 1)
    room.arrives("c2", 1)
    room.say(e.CallServed(at(20), CallId("c2"), "balance"), 20)
    room.hangs_up("c1", 30)
    room.hangs_up("c2", 30)
    assert [fact.outcome for fact in room.told(e.CallEnded)] == [e.Outcome.LEFT_IN_IVR, e.Outcome.SERVED_IN_IVR]


def test_a_caller_who_moves_to_another_queue_is_in_one_line_only() -> None:
    room = Room()
    room.queues("c1", 10)
    room.say(e.CallQueued(at(20), CallId("c1"), BILLING), 20)
    assert (room.line(REPAIR), room.line(BILLING)) == ([], ["c1"])


def test_priority_then_who_came_first() -> None:
    room = Room()
    for call, seconds, priority in (("c1", 1, 0), ("c2", 2, 5), ("c3", 3, 5), ("c4", 4, 0)):
        room.queues(call, seconds, priority=priority)
    assert room.line() == ["c2", "c3", "c1", "c4"]


def test_an_order_that_fails_because_the_channel_is_gone_does_not_loop() -> None:
    room = Room()
    room.signs_in(ANN)
    room.queues("c1", 10)
    order = next(o for o in room.orders if isinstance(o, ConnectCaller))
    room.say(m.OrderFailed(order, "no such channel", gone=True), 10)
    assert ReadBack() in room.last.orders
    assert (room.connects(), room.state(ANN), room.call_state("c1")) == ([("c1", ANN, False)], A.READY, C.WAITING)
    room.queues("c2", 11)
    assert room.connects()[-1][0] == "c2", "others are served meanwhile"
    room.say(m.Picture(at(12), (), frozenset()), 12)
    assert CallId("c1") not in room.engine.floor.calls


def test_an_order_that_failed_for_another_offer_changes_nothing() -> None:
    room = Room()
    room.signs_in(ANN)
    room.queues("c1", 10)
    order = next(o for o in room.orders if isinstance(o, ConnectCaller))
    room.rings("c1", ANN, 11)
    room.answers("c1", ANN, 12)
    assert room.say(m.OrderFailed(order, "late", gone=False), 13).facts == ()


def test_a_picture_that_cannot_be_read_is_asked_for_again() -> None:
    room = Room()
    assert room.say(m.OrderFailed(ReadBack(), "down", gone=False), 5).orders == (StartTimer("readback:", at(6)),)
    assert room.timer("readback:", 6).orders == (ReadBack(),)


def test_nothing_is_offered_while_the_switch_is_out_of_sight() -> None:
    room = Room()
    room.signs_in(ANN)
    room.say(e.SwitchLost(at(5), "link"), 5)
    room.queues("c1", 10)
    assert room.connects() == []


def test_degraded_while_we_were_away_and_picked_up_by_the_duty_phone() -> None:
    room = Room()
    room.arrives("c1", 1)
    room.say(e.CallDegraded(at(10), CallId("c1"), answered=False), 10)
    room.say(e.CallDegraded(at(15), CallId("c1"), answered=True), 15)
    room.hangs_up("c1", 60)
    assert room.told(e.CallEnded)[-1].outcome is e.Outcome.DEGRADED


def test_degraded_and_back_in_our_session_is_an_ordinary_call_again() -> None:
    room = Room()
    room.queues("c1", 1)
    room.say(e.CallDegraded(at(10), CallId("c1"), answered=False), 10)
    assert room.line() == []
    room.returns("c1", 20)
    assert (room.call_state("c1"), room.line(), room.call("c1").queued_at) == (C.WAITING, ["c1"], at(1))
    room.hangs_up("c1", 30)
    assert room.told(e.CallEnded)[-1].outcome is e.Outcome.ABANDONED


def test_a_call_that_passed_by_is_entered_once_and_a_known_one_never() -> None:
    room = Room()
    gone = m.PassedBy(CallId("c9"), "96777", at(1), at(9), answered=True)
    room.say(gone, 60)
    room.say(gone, 120)
    room.queues("c1", 130)
    room.hangs_up("c1", 140)
    room.say(m.PassedBy(CallId("c1"), "96777", at(130), at(140), answered=False), 200)
    book = room.engine.floor.tallies.book
    assert (book.offered, book.live, book.outcomes) == (2, 0, {e.Outcome.DEGRADED: 1, e.Outcome.ABANDONED: 1})


def test_a_resumed_session_of_a_call_that_the_journal_lost_is_served_like_any_other() -> None:
    room = Room()
    room.signs_in(ANN)
    room.returns("c1", 10)
    room.say(e.CallQueued(at(11), CallId("c1"), REPAIR), 11)
    assert room.connects() == [("c1", ANN, False)]
    assert room.told(e.CallArrived)[0].source is e.Party.RESYNC


def test_words_about_a_call_that_nobody_knows_are_counted_and_dropped() -> None:
    room = Room()
    for fact in (
        e.CallQueued(at(1), CallId("x"), REPAIR),
        e.OfferAnswered(at(1), CallId("x"), ANN, phone(ANN)),
        e.CallEnded(at(1), CallId("x"), e.Outcome.ABANDONED),
        e.TalkEnded(at(1), CallId("x"), ANN, e.Party.AGENT),
        e.CallHeld(at(1), CallId("x"), ANN),
    ):
        assert room.say(fact, 1).facts == ()
    assert sum(room.engine.strays.values()) == 2


def test_a_call_over_midnight_is_in_the_book_of_both_days_and_the_identity_holds() -> None:
    room = Room()
    evening = 15 * 3600 - 60
    room.queues("c1", evening)
    room.hangs_up("c1", evening + 120)
    book = room.engine.floor.tallies.book
    assert (room.engine.floor.tallies.day, book.offered, book.live) == ("2026-11-21", 1, 0)
    again = room.restarted(evening + 180).engine.floor.tallies.book
    assert (again.offered, again.live) == (1, 0)


def test_a_late_second_word_of_an_arrival_after_the_end_is_no_new_call() -> None:
    room = Room()
    room.arrives("c1", 1)
    room.hangs_up("c1", 1.1)
    room.arrives("c1", 1.2)
    book = room.engine.floor.tallies.book
    assert (book.offered, book.live) == (1, 0)
