"""The main job, whole: keys, pop before the answer, talk with sound both ways, hold, mute, hang-up, wrap-up kept."""

from pathlib import Path
from typing import cast

from callcenter.adapters.database.records import DatabaseRecords
from callcenter.demo.traffic import known_number
from callcenter.domain import events as e
from tests.switch.browser import BrowserAgent
from tests.switch.house import House
from tests.switch.rig import figure, until
from tests.switch.sound import Recording

CALLER_HZ, AGENT_HZ, NOBODY_HZ = 440, 1000, 2400


def test_caller_presses_through_the_menu_and_reaches_a_browser_agent(house: House, tmp_path: Path) -> None:
    (owner,) = DatabaseRecords(house.database).customers_by_number(known_number(7))
    with BrowserAgent(house.web, "8001", AGENT_HZ, tmp_path) as agent:
        agent.sign_in()
        caller = house.dial(known_number(7), ("wait 1.2", "2", "wait 1.2", "2"), stay=60, tone_hz=CALLER_HZ)
        call = house.call_of(known_number(7))
        agent.until("振铃")
        until(lambda: owner.name in agent.customer(), f"the record of {owner.name}: {agent.customer()!r}")
        until(lambda: "报修抢修" in agent.call(), "the keys pressed so far")
        popped_before_answer = "振铃" in agent.state and not house.facts(call, "offer_answered")
        keys = agent.call()
        until(lambda: agent.can("接听"), "the browser's phone rings")
        agent.press("Alt+A")
        agent.until("通话")
        answered = cast(e.OfferAnswered, house.fact("offer_answered", call))
        heard = agent.hears((CALLER_HZ, NOBODY_HZ), 1.2)

        agent.press("Alt+M")
        until(lambda: agent.pressed("静音"), "the agent is muted")
        muted_at = agent.ask_page("Date.now()") / 1000
        agent.hears((CALLER_HZ,), 1.6)
        muted_until = agent.ask_page("Date.now()") / 1000
        agent.press("Alt+M")
        until(lambda: not agent.pressed("静音"), "the agent speaks again")
        agent.hears((CALLER_HZ,), 1.2)

        agent.press("Alt+H")
        agent.until("保持")
        held = house.fact("call_held", call)
        on_hold = agent.hears((CALLER_HZ, NOBODY_HZ), 1.0)
        agent.press("Alt+H")
        agent.until("通话")
        resumed = house.fact("call_resumed", call)
        back = until(lambda: _audible(agent.hears((CALLER_HZ, NOBODY_HZ))), "the caller is heard again")

        agent.type_note("表不走字，约明天上门")
        agent.press("Alt+G")
        agent.press("Alt+G")
        assert caller.result(10).ended_by == "switch"
        agent.until("话后整理")
        agent.choose_code("报修", "表具故障")
        agent.press("Alt+W")
        agent.until("空闲")
        finished = cast(e.WrapUpFinished, house.fact("wrap_up_finished", call=call))
        agent.sign_out()

    story = house.ended(call)
    assert popped_before_answer
    assert story.call.customer == owner.id
    assert "其他报修" in keys
    assert [(k.keys, k.meaning) for k in story.keys] == [("2", "报修抢修"), ("2", "其他报修")]
    assert (story.call.outcome, story.call.agent, story.call.queue) == ("answered", "8001", "repair")
    assert (finished.code, finished.note, finished.by) == ("repair.meter", "表不走字，约明天上门", e.Party.AGENT)
    assert (story.call.code, story.call.note) == ("repair.meter", "表不走字，约明天上门")
    assert story.call.hold_seconds == round((resumed.at - held.at).total_seconds())

    assert heard[CALLER_HZ] > heard[NOBODY_HZ] + 20, f"the agent hears the caller: {heard}"
    assert back
    assert on_hold[CALLER_HZ] < heard[CALLER_HZ] - 20, f"a held caller is not heard: {on_hold}"
    recording = Recording(house.settings.recordings / (story.call.recording or "none"))
    start = answered.at.timestamp()
    levels = {hz: recording.level(hz) for hz in (CALLER_HZ, AGENT_HZ, NOBODY_HZ)}
    quiet = recording.level(AGENT_HZ, muted_at - start + 0.5, muted_until - start - 0.3)
    assert levels[CALLER_HZ] > 10 * levels[NOBODY_HZ], levels
    assert levels[AGENT_HZ] > 10 * levels[NOBODY_HZ], levels
    assert quiet < levels[AGENT_HZ] / 10, f"a muted agent is recorded at {quiet:.3f} of {levels[AGENT_HZ]:.3f}"
    assert house.ear is not None
    assert house.ear.event("DialEnd", DestLinkedid=call, DialStatus="ANSWER")["DestChannel"].startswith("PJSIP/8001-")
    billed = until(lambda: house.billed().get(call), "the switch's own record")
    assert billed.agents == ("8001",)
    figure(f"figure agent hears caller {heard[CALLER_HZ]:.0f} dB, other tones {heard[NOBODY_HZ]:.0f} dB")
    figure(f"figure recording: caller {levels[CALLER_HZ]:.3f}, agent {levels[AGENT_HZ]:.3f}, muted agent {quiet:.4f}")


def _audible(levels: object) -> bool:
    heard = cast("dict[int, float]", levels)
    return heard[CALLER_HZ] > heard[NOBODY_HZ] + 20
