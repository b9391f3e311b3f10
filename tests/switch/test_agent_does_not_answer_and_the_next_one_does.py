"""An agent who does not answer is 未应答; the caller keeps the place and the next agent gets the call."""

from typing import cast

from callcenter.domain import events as e
from tests.switch.house import RING_SECONDS, House
from tests.switch.rig import figure, until

FIRST, SECOND = "13912000001", "13912000002"


def test_agent_does_not_answer_and_the_next_one_does(house: House) -> None:
    with house.lead() as lead, house.agent("8102") as sleeping:
        house.dial(FIRST)
        first = house.call_of(FIRST)
        sleeping.until("ringing", call=first)
        house.dial(SECOND)
        second = house.call_of(SECOND)
        house.fact("call_queued", second)
        sleeping.until("not_responding", seconds=RING_SECONDS + 10)
        until(lambda: lead.waiting() == [first, second], f"the first caller is first in line: {lead.waiting()}")
        assert sleeping.causes[-1] == "no_answer"
        until(lambda: lead.state_of("8102") == "not_responding", "未应答 on the board")
        with house.agent("8101") as waking:
            waking.until("talking", call=first)
            until(lambda: lead.waiting() == [second], "the second caller moved up on the board")
            answered = house.fact("offer_answered", first)
            waking.wish("/api/call/hangup").raise_for_status()
            waking.wrap_up()
            waking.until("talking", call=second)
            waking.wish("/api/call/hangup").raise_for_status()
            waking.wrap_up()
    queued = house.fact("call_queued", first)
    story = house.ended(first)
    assert [(leg.agent, leg.miss) for leg in story.legs] == [("8102", "no_answer"), ("8101", None)]
    assert story.call.outcome == "answered"
    assert story.call.queued_at == queued.at
    offers = [cast(e.OfferMade, fact).agent for fact in house.facts(kind="offer_made") if fact.at >= queued.at]
    assert offers == ["8102", "8101", "8101"]
    assert until(lambda: house.billed().get(first), "the switch's record").agents == ("8101",)
    expired = house.fact("offer_expired", first)
    figure(f"figure rang {(expired.at - house.fact('offer_made', first).at).total_seconds():.1f} s of {RING_SECONDS}")
    figure(f"figure next agent answered {(answered.at - expired.at).total_seconds():.1f} s later")
