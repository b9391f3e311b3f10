"""A reload of the desk in the middle of a talk: the caller hears music for a moment, then the same agent again."""

import time
from pathlib import Path

from callcenter.demo.traffic import known_number
from tests.switch.browser import BrowserAgent
from tests.switch.house import House
from tests.switch.rig import figure, until

CALLER_HZ, AGENT_HZ, NOBODY_HZ = 520, 1200, 2400
NOTE = "客户要求周三"


def test_page_is_reloaded_in_a_talk_and_the_caller_stays(house: House, tmp_path: Path) -> None:
    with BrowserAgent(house.web, "8001", AGENT_HZ, tmp_path) as agent:
        agent.sign_in()
        caller = house.dial(known_number(8), tone_hz=CALLER_HZ)
        call = house.call_of(known_number(8))
        until(lambda: agent.can("接听"), "the browser's phone rings")
        agent.press("Alt+A")
        agent.until("通话")
        agent.type_note(NOTE)
        until(lambda: house.facts(call, "note_saved"), "the note is on the server")
        reloaded = time.time()
        agent.reload()
        house.fact("leg_lost", call)
        until(lambda: len(house.facts(call, "offer_answered")) == 2, "agent and caller talk again", 20)
        back = house.facts(call, "offer_answered")[1]
        agent.until("通话")
        heard = until(lambda: _caller_heard(agent), "the caller is heard again")
        until(lambda: agent.note() == NOTE, f"the note is there: {agent.note()!r}")
        assert not caller.over
        agent.press("Alt+G")
        agent.press("Alt+G")
        agent.until("话后整理")
        assert agent.note() == NOTE
        agent.choose_code("其他", "打错电话")
        agent.press("Alt+W")
        agent.until("空闲")
        agent.sign_out()
    assert caller.result(10).ended_by == "switch"
    story = house.ended(call)
    assert (story.call.outcome, story.call.agent, story.call.note) == ("answered", "8001", NOTE)
    kinds = house.kinds(call)
    assert kinds.count("call_arrived") == kinds.count("call_ended") == kinds.count("talk_ended") == 1
    assert heard
    recorded = list(house.settings.recordings.rglob(f"{call}*"))
    assert len(recorded) == 1
    figure(f"figure back in the talk {back.at.timestamp() - reloaded:.1f} s after the reload")


def _caller_heard(agent: BrowserAgent) -> bool:
    heard = agent.hears((CALLER_HZ, NOBODY_HZ))
    return heard[CALLER_HZ] > heard[NOBODY_HZ] + 20
