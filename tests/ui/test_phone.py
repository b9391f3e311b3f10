"""The phone in the page against a real switch: register, ring, answer, sound, hold, mute, hang up, reload in a talk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect

from callcenter.adapters.web import wire
from callcenter.demo.callers import Caller
from tests.switch.rig import Rig, Sessions, rig, until
from tests.ui import props
from tests.ui.conftest import SCREENS, SMALL, chromium_path
from tests.ui.stage import Stage

CALLER_HZ, NOBODY_HZ = 440, 2400
LEVELS = """async (tones) => {
  const stream = document.querySelector("#remote-audio").srcObject;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  context.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const best = tones.map(() => -200);
  for (const end = performance.now() + 1500; performance.now() < end; ) {
    await new Promise((go) => requestAnimationFrame(go));
    analyser.getFloatFrequencyData(bins);
    tones.forEach((hz, at) => {
      best[at] = Math.max(best[at], bins[Math.round((hz * analyser.fftSize) / context.sampleRate)]);
    });
  }
  await context.close();
  return best;
}"""


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as running:
        yield running


@pytest.fixture
def sessions(switch: Rig) -> Iterator[Sessions]:
    served = switch.sessions()
    yield served
    served.die()


@pytest.fixture
def desk(driver: Playwright, stage: Stage, switch: Rig) -> Iterator[Page]:
    account = wire.PhoneAccount(
        extension="8999", password="pw-8999", realm="callcenter", ws_url=f"ws://127.0.0.1:{switch.plan.http_port}/ws"
    )
    stage.me = props.agent_person().model_copy(update={"phone": account})
    stage.on["agent/sign-in"] = lambda _: stage.change_desk(agent=props.agent("ready", phone="browser"))
    chromium = driver.chromium.launch(
        executable_path=chromium_path(),
        ignore_default_args=["--headless", "--mute-audio"],
        args=["--headless=new", "--allow-loopback-in-peer-connection", "--use-fake-device-for-media-stream"],
    )
    context = chromium.new_context(viewport=SMALL, base_url=stage.url, locale="zh-CN", permissions=["microphone"])
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.request.post("/api/login", data={"login": "linxiao", "password": "right"})
    page.goto("/desk")
    page.get_by_role("button", name="用浏览器话机签入").click()
    expect(page.get_by_role("status", name="话机与连接: 话机正常")).to_be_visible()
    stage.wait_post("agent/sign-in")
    yield page
    chromium.close()


def _offer(stage: Stage, switch: Rig, sessions: Sessions, turn: int = 1, auto: bool = False) -> None:
    """Send the caller of the newest session to the page, as the house does."""
    session = until(lambda: sessions.seen[turn - 1 :], "the caller waits")[0]
    stage.change_desk(
        agent=props.agent("ringing", 0, 20, phone="browser"), call=props.call(), customer=props.customer()
    )
    answer = switch.ear.ask(
        {
            "Action": "Redirect",
            "Channel": session.env["agi_channel"],
            "Context": "connect",
            "Exten": f"8999*20*{int(auto)}",
            "Priority": "1",
        }
    )
    assert answer["Response"] == "Success", answer


def _talk(stage: Stage) -> None:
    stage.change_desk(agent=props.agent("talking", phone="browser"), call=props.call("talking"))


def _answers(switch: Rig, turn: int) -> None:
    until(lambda: len(switch.ear.events("DialEnd", DialStatus="ANSWER")) == turn, "the page answers")


def _hears_the_caller(page: Page) -> None:
    heard, nothing = page.evaluate(LEVELS, [CALLER_HZ, NOBODY_HZ])
    assert heard > nothing + 20, (heard, nothing)


def test_a_call_is_answered_heard_held_muted_and_hung_up(
    desk: Page, stage: Stage, switch: Rig, sessions: Sessions
) -> None:
    call = switch.dial(Caller("+8613800138000", "", (), 40, CALLER_HZ))
    _offer(stage, switch, sessions)
    expect(desk.get_by_role("button", name="接听")).to_be_enabled()
    assert not switch.ear.events("DialEnd")
    desk.screenshot(path=str(SCREENS / "desk-ringing-browser-phone.png"))
    desk.keyboard.press("Alt+a")
    _answers(switch, 1)
    _talk(stage)
    expect(desk.get_by_role("button", name="挂机")).to_be_enabled()
    _hears_the_caller(desk)
    desk.keyboard.press("Alt+m")
    expect(desk.get_by_role("button", name="静音")).to_have_attribute("aria-pressed", "true")
    desk.keyboard.press("Alt+h")
    switch.ear.event("Hold")
    expect(desk.get_by_role("button", name="取回")).to_have_attribute("aria-pressed", "true")
    desk.screenshot(path=str(SCREENS / "desk-held-browser-phone.png"))
    desk.keyboard.press("Alt+h")
    switch.ear.event("Unhold")
    desk.keyboard.press("Alt+g")
    desk.keyboard.press("Alt+g")
    assert call.result(10).ended_by == "switch"


def test_the_next_call_rings_like_the_first(desk: Page, stage: Stage, switch: Rig, sessions: Sessions) -> None:
    for turn in (1, 2):
        call = switch.dial(Caller("+8613800138000", "", (), 40, CALLER_HZ))
        _offer(stage, switch, sessions, turn)
        expect(desk.get_by_role("button", name="接听")).to_be_enabled()
        desk.get_by_role("button", name="接听").click()
        _answers(switch, turn)
        _talk(stage)
        expect(desk.get_by_role("button", name="挂机")).to_be_enabled()
        _hears_the_caller(desk)
        desk.get_by_role("button", name="挂机").click()
        assert call.result(10).ended_by == "switch"
        stage.change_desk(agent=props.agent("ready", phone="browser"), clear_call=True)
        expect(desk.get_by_text("等待来电")).to_be_visible()


def test_a_reload_in_a_talk_sends_no_bye_and_the_page_answers_again_by_itself(
    desk: Page, stage: Stage, switch: Rig, sessions: Sessions
) -> None:
    call = switch.dial(Caller("+8613800138000", "", (), 40, CALLER_HZ))
    _offer(stage, switch, sessions, auto=True)
    _answers(switch, 1)
    _talk(stage)
    _hears_the_caller(desk)
    desk.reload()
    expect(desk.get_by_role("status", name="话机与连接: 话机正常")).to_be_visible()
    assert not switch.ear.events("Hangup")
    _offer(stage, switch, sessions, auto=True)
    _answers(switch, 2)
    _talk(stage)
    expect(desk.get_by_role("button", name="挂机")).to_be_enabled()
    _hears_the_caller(desk)
    call.drop()


def test_a_switch_that_goes_away_is_said(desk: Page, switch: Rig) -> None:
    switch.child.stop()
    expect(desk.get_by_role("alert")).to_contain_text("话机与交换机断开")
    expect(desk.get_by_role("button", name="重试")).to_be_visible()
