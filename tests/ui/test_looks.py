"""Every state of every page: nothing for axe to find, nothing cut off, and a picture to look at."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from callcenter.adapters.web import wire
from tests.ui import props
from tests.ui.conftest import LARGE, ROOT, SCREENS, SMALL
from tests.ui.stage import Stage

AXE = ROOT / "agent_ui" / "node_modules" / "axe-core" / "axe.min.js"


def _desk(
    state: wire.AgentState, since_s: float = 0, left_s: float | None = None, **parts: Any
) -> Callable[[Stage], None]:
    def put(stage: Stage) -> None:
        card = props.agent(state, since_s, left_s, **parts.get("agent", {}))
        rest = {name: value() for name, value in parts.items() if name != "agent"}
        stage.desk = props.desk(state, agent=card, **rest)

    return put


def _supervisor(stage: Stage) -> None:
    stage.me = props.supervisor_person()


def _empty_board(stage: Stage) -> None:
    _supervisor(stage)
    stage.board = stage.board.model_copy(
        update={"agents": {}, "waiting": {}, "book": wire.BookRow(offered=0, live=0, in_ivr=0, outcomes={})}
    )


def _lead(stage: Stage) -> None:
    _ringing(stage)
    stage.me = props.agent_person("lead")


_ringing = _desk("ringing", 6, 14, call=props.call, customer=props.customer)
_candidates = lambda: [props.customer(1), props.customer(2, "陈小燕"), props.customer(3, "陈氏餐饮", flags=[])]  # noqa: E731
_ended = lambda: props.call("ended", note="工资 26 日发，约 27 日缴清。", code="bill.debt.promise")  # noqa: E731

STATES: dict[str, tuple[str, Callable[[Stage], None]]] = {
    "login": ("/login", lambda stage: None),
    "desk-signed-out": ("/desk", lambda stage: None),
    "desk-ready": ("/desk", _desk("ready", 372)),
    "desk-break": ("/desk", _desk("break", 700, agent={"reason": "meal"})),
    "desk-ringing": ("/desk", _ringing),
    "desk-several": ("/desk", _desk("ringing", 6, 14, call=props.call, candidates=_candidates)),
    "desk-unknown": ("/desk", _desk("ringing", 6, 14, call=props.call)),
    "desk-talking": ("/desk", _desk("talking", 134, call=lambda: props.call("talking"), customer=props.customer)),
    "desk-holding": ("/desk", _desk("holding", 8, call=lambda: props.call("holding"), customer=props.customer)),
    "desk-wrap-up": ("/desk", _desk("wrap_up", 11, 19, call=_ended, customer=props.customer)),
    "desk-no-answer": ("/desk", _desk("not_responding", 37, agent={"cause": "timeout"})),
    "desk-disconnected": ("/desk", _desk("disconnected", 22, agent={"cause": "switch"})),
    "desk-switch-down": ("/desk", _desk("ready", 60, switch_up=lambda: False)),
    "board": ("/board", _supervisor),
    "board-empty": ("/board", _empty_board),
    "board-of-a-lead": ("/board", _lead),
}


@pytest.mark.parametrize(
    ("language", "theme", "size"),
    [("zh", "light", SMALL), ("en", "dark", SMALL), ("zh", "dark", LARGE), ("en", "light", LARGE)],
)
@pytest.mark.parametrize("name", STATES)
def test_a_state_looks_right(
    browser: Browser, stage: Stage, name: str, language: str, theme: str, size: ViewportSize
) -> None:
    path, put = STATES[name]
    put(stage)
    context = browser.new_context(
        viewport=size, base_url=stage.url, timezone_id="Asia/Shanghai", reduced_motion="reduce", bypass_csp=True
    )
    context.add_init_script(
        f"localStorage.setItem('cc-language','{language}');localStorage.setItem('cc-theme','{theme}')"
    )
    page = context.new_page()
    if path != "/login":
        page.request.post("/api/login", data={"login": "linxiao", "password": "right"})
    page.goto(path)
    if name == "board-of-a-lead":
        page.get_by_role("navigation").get_by_role("link").first.click()
        expect(page.locator(".now")).to_be_visible()
        page.get_by_role("navigation").get_by_role("link").last.click()
    expect(page.locator("main:not([aria-busy=true])")).to_be_visible()
    page.evaluate("document.fonts.ready")
    page.screenshot(path=str(SCREENS / f"{name}-{language}-{theme}-{size['width']}.png"))
    assert _violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    assert _cut_off(page) == []
    context.close()


def test_an_open_menu_has_nothing_for_axe_to_find(inside: Page, stage: Stage) -> None:
    stage.desk = props.desk("ready")
    inside.goto("/desk")
    inside.get_by_role("button", name="空闲").click()
    expect(inside.get_by_role("menu")).to_be_visible()
    inside.screenshot(path=str(SCREENS / "desk-menu.png"))
    assert _violations(inside) == []


def test_the_narrowest_screen_needs_no_sideways_scroll(inside: Page, stage: Stage) -> None:
    _ringing(stage)
    inside.set_viewport_size({"width": 1280, "height": 720})
    inside.goto("/desk")
    expect(inside.get_by_role("heading", name="陈建国 B 级")).to_be_visible()
    assert inside.evaluate("document.documentElement.scrollWidth") == 1280


def _violations(page: Page) -> list[str]:
    assert AXE.is_file(), "axe is missing: cd agent_ui && npm ci"
    page.evaluate(Path(AXE).read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{one['id']}: {json.dumps([node['html'][:160] for node in one['nodes'][:3]], ensure_ascii=False)}"
        for one in found["violations"]
    ]


CUT_OFF = """() => [...document.querySelectorAll("button, .fig dd, .statebtn .s, td, .kbd")]
  .filter((one) => one.offsetParent && getComputedStyle(one).display !== "inline")
  .filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.outerHTML.slice(0, 120))"""


def _cut_off(page: Page) -> list[str]:
    """Return buttons and figures whose words do not fit; text that may end in an ellipsis is not meant."""
    return list(page.evaluate(CUT_OFF))
