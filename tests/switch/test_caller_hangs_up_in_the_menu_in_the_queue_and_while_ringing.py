"""A caller who gives up lands in the right bucket, wherever it was, and leaves the agent free."""

from typing import cast

from callcenter.domain import events as e
from tests.switch.house import House
from tests.switch.rig import until

MENU, SHORT, QUEUE, RINGING = "13911000001", "13911000002", "13911000003", "13911000004"


def test_caller_hangs_up_in_the_menu_and_in_the_queue(house: House) -> None:
    calls = [house.dial(MENU, (), 2.5), house.dial(SHORT, stay=4.0), house.dial(QUEUE, stay=9.0)]
    assert [call.result(30).ended_by for call in calls] == ["caller"] * 3
    outcomes = {number: house.ended(house.call_of(number)).call for number in (MENU, SHORT, QUEUE)}
    assert {number: line.outcome for number, line in outcomes.items()} == {
        MENU: "left_in_ivr",
        SHORT: "short_abandon",
        QUEUE: "abandoned",
    }
    assert outcomes[MENU].queue is None
    assert outcomes[QUEUE].queue == "service"
    assert 5 <= outcomes[QUEUE].wait_seconds <= 9
    assert not any(house.billed()[line.id].agents for line in outcomes.values())


def test_caller_hangs_up_while_the_phone_rings_and_the_agent_is_free_again(house: House) -> None:
    with house.agent("8102") as agent:
        caller = house.dial(RINGING, stay=3.5)
        call = house.call_of(RINGING)
        agent.until("ringing", call=call)
        assert caller.result(20).ended_by == "caller"
        agent.until("ready")
        assert agent.states == ["ready", "ringing", "ready"]
        assert agent.screen["call"] is None
        until(lambda: not house.channels(), "the agent's phone is silent")
    story = house.ended(call)
    assert story.call.outcome == "short_abandon"
    assert [(leg.agent, leg.miss) for leg in story.legs] == [("8102", "withdrawn")]
    expired = cast(e.OfferExpired, house.fact("offer_expired", call))
    assert expired.cause is e.Miss.WITHDRAWN
