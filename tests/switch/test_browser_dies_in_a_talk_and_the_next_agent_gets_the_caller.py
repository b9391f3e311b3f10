"""An agent's browser is killed during a talk: the caller is first in line again and reaches the next agent."""

import time
from pathlib import Path
from typing import cast

from callcenter.demo.traffic import known_number
from callcenter.domain import events as e
from tests.switch.browser import BrowserAgent
from tests.switch.house import House
from tests.switch.rig import figure, until

BEHIND = "13913000002"


def test_browser_dies_in_a_talk_and_the_next_agent_gets_the_caller(house: House, tmp_path: Path) -> None:
    with house.lead() as lead, BrowserAgent(house.web, "8001", 1000, tmp_path) as dying:
        dying.sign_in()
        caller = house.dial(known_number(9))
        call = house.call_of(known_number(9))
        until(lambda: dying.can("接听"), "the browser's phone rings")
        dying.press("Alt+A")
        dying.until("通话")
        house.dial(BEHIND)
        behind = house.call_of(BEHIND)
        until(lambda: lead.waiting() == [behind], "another caller waits")
        dying.kill()
        killed = time.monotonic()
        until(lambda: lead.waiting() == [call, behind], f"the caller is first in line; the board {lead.waiting()}", 25)
        back_seconds = time.monotonic() - killed
        until(lambda: lead.state_of("8001") == "disconnected", "断线 on the board")
        until(lambda: [c["Uniqueid"] for c in house.channels()] == [call, behind], "the dead leg is gone")
        with house.agent("8101") as heir:
            heir.until("talking", call=call)
            assert not caller.over
            assert heir.pops[call][0]
            until(lambda: lead.waiting() == [behind], "the other caller is next")
            heir.wish("/api/call/hangup").raise_for_status()
            heir.wrap_up()
            heir.until("talking", call=behind)
            heir.wish("/api/call/hangup").raise_for_status()
            heir.wrap_up()
        assert lead.state_of("8001") == "disconnected"
    story = house.ended(call)
    assert [leg.agent for leg in story.legs] == ["8001", "8101"]
    assert (story.call.outcome, story.call.agent) == ("answered", "8101")
    lost = cast(e.LegLost, house.fact("leg_lost", call))
    assert lost.agent == "8001"
    assert caller.result(10).ended_by == "switch"
    figure(f"figure browser killed, caller first in line {back_seconds:.1f} s later")
