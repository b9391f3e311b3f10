"""An agent in a real Chromium at the real desk: presses keys and buttons, sees words, hears and sends a tone.

Knows only what a person can see and do. Each browser lives in a thread of its own, because Playwright's calls must.
"""

import os
import shutil
import signal
import wave
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
from playwright.sync_api import Error, Locator, Page, Playwright, sync_playwright

from tests.switch.rig import until

T = TypeVar("T")
RATE = 48000
PAGES = Path(__file__).resolve().parents[2] / "callcenter" / "_desk"
STATE = "button[aria-keyshortcuts='Alt+S']"
HEAR = """async ([seconds, tones]) => {
  const heard = new Map(tones.map((hz) => [hz, -200]));
  const stream = document.querySelector("#remote-audio").srcObject;
  if (!stream || !stream.getAudioTracks().length) return tones.map(() => -200);
  const context = new AudioContext();
  await context.resume();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(stream).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await new Promise((go) => setTimeout(go, 40));
    analyser.getFloatFrequencyData(bins);
    for (const hz of tones) {
      const at = Math.round(hz * analyser.fftSize / context.sampleRate);
      const level = Math.max(...bins.subarray(at - 2, at + 3));
      if (level > heard.get(hz)) heard.set(hz, level);
    }
  }
  await context.close();
  return tones.map((hz) => heard.get(hz));
}"""


def chromium_binary() -> str:
    """Return the path of Chromium; fails with what to type."""
    found = shutil.which("chromium")
    assert found, "没有浏览器，请运行 / no browser, type: sudo apt-get install -y chromium"
    assert (PAGES / "index.html").is_file(), (
        "座席台没有构建，请运行 / the desk is not built, type: cd agent_ui && npm ci && npm run build"
    )
    return found


class BrowserAgent:
    """One agent, one browser process, one voice: a pulsed tone of `tone_hz`, which no noise filter takes for noise."""

    def __init__(self, web: str, login: str, tone_hz: int, folder: Path) -> None:
        self.login, self._web = login, web
        folder.mkdir(parents=True, exist_ok=True)
        self._voice = _voice(folder / f"voice-{tone_hz}.wav", tone_hz)
        self._thread = ThreadPoolExecutor(1, f"browser-{login}")
        self._driver: Playwright | None = None
        self._page: Page | None = None
        self._pid = 0
        self.faults: list[str] = []

    def __enter__(self) -> "BrowserAgent":
        try:
            self._do(self._open)
            self.log_in()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None and self._pid:
                assert not self.faults, self.faults
        finally:
            self.close()

    # --- what a person does ------------------------------------------------------------------------

    def log_in(self) -> None:
        """Log in with login and password, and see the desk."""

        def act(page: Page) -> None:
            page.goto(self._web)
            page.get_by_label("账号").fill(self.login)
            page.get_by_label("密码").fill(f"demo-{self.login}")
            page.get_by_role("button", name="登录", exact=True).click()
            page.get_by_role("main", name="座席台").wait_for()
            page.locator(STATE).wait_for()

        self.on_page(act)

    def sign_in(self) -> None:
        """Sign in with the browser's own phone and be ready."""
        self.on_page(lambda page: page.get_by_role("button", name="用浏览器话机签入").click())
        self.until("空闲")

    def sign_out(self) -> None:
        """Sign out through the menu of states."""

        def act(page: Page) -> None:
            page.locator(STATE).click()
            page.get_by_role("menuitem", name="签出").click()

        self.on_page(act)
        self.until("签出")

    def press(self, keys: str) -> None:
        """Press a key combination, such as `Alt+A`."""
        self.on_page(lambda page: page.keyboard.press(keys))

    def type_note(self, text: str) -> None:
        """Type into the note; what is there stays."""
        self.on_page(lambda page: page.get_by_label("备注").press_sequentially(text))

    def choose_code(self, *labels: str) -> None:
        """Click through the tree of wrap-up codes."""

        def act(page: Page) -> None:
            for label in labels:
                page.get_by_role("group", name="业务分类").get_by_role("button", name=label, exact=True).click()

        self.on_page(act)

    def reload(self) -> None:
        """Load the page again, as F5 does."""
        self.on_page(lambda page: page.reload(wait_until="commit"))

    def kill(self) -> None:
        """Kill the browser's process with kill -9."""
        os.kill(self._pid, signal.SIGKILL)
        self._pid = 0

    # --- what a person sees and hears --------------------------------------------------------------

    @property
    def state(self) -> str:
        """Return the loud word of the call bar, '' while the page loads."""

        def look(page: Page) -> str:
            button = page.locator(STATE)
            return button.inner_text(timeout=500) if button.count() else ""

        try:
            return self.on_page(look)
        except Error:
            return ""

    def until(self, word: str, seconds: float = 15) -> None:
        """Wait until the call bar says `word`."""
        until(lambda: word in self.state, f"{self.login} sees {word}; shows {self.state!r}", seconds)

    def sees(self, text: str) -> bool:
        """Return whether a text is on the page now."""
        return self.on_page(lambda page: page.get_by_text(text).first.is_visible())

    def customer(self) -> str:
        """Return the customer pane's words."""
        return self.on_page(lambda page: page.get_by_role("region", name="客户与来电记录").inner_text())

    def call(self) -> str:
        """Return the call pane's words."""
        return self.on_page(lambda page: page.get_by_role("region", name="当前通话").inner_text())

    def note(self) -> str:
        """Return what stands in the note, '' when there is none on the page."""

        def look(page: Page) -> str:
            field = page.get_by_label("备注")
            return field.input_value(timeout=500) if field.count() else ""

        try:
            return self.on_page(look)
        except Error:
            return ""

    def can(self, button: str) -> bool:
        """Return whether a button of the call bar can be pressed."""

        def look(page: Page) -> bool:
            found: Locator = page.get_by_role("toolbar", name="通话").get_by_role("button", name=button)
            return found.count() == 1 and found.is_enabled(timeout=500)

        return self.on_page(look)

    def pressed(self, button: str) -> bool:
        """Return whether a button of the call bar is held down."""

        def look(page: Page) -> bool:
            found = page.get_by_role("toolbar", name="通话").get_by_role("button", name=button)
            return found.count() == 1 and found.get_attribute("aria-pressed", timeout=500) == "true"

        return self.on_page(look)

    def hears(self, tones: Sequence[int], seconds: float = 0.6) -> Mapping[int, float]:
        """Listen for a while and return the loudest level of each tone, in dB below full scale."""
        levels = self.on_page(lambda page: page.evaluate(HEAR, [seconds, list(tones)]))
        return dict(zip(tones, levels, strict=True))

    def ask_page(self, script: str) -> Any:
        """Return what a script says in the page."""
        return self.on_page(lambda page: page.evaluate(script))

    # --- the machinery -----------------------------------------------------------------------------

    def on_page(self, act: Callable[[Page], T]) -> T:
        """Run one act in the browser's thread."""

        def run() -> T:
            assert self._page is not None
            return act(self._page)

        return self._do(run)

    def close(self) -> None:
        """End the browser and its driver."""
        self._do(self._close)
        self._thread.shutdown()

    def _do(self, act: Callable[[], T]) -> T:
        return self._thread.submit(act).result(60)

    def _open(self) -> None:
        self._driver = sync_playwright().start()
        browser = self._driver.chromium.launch(
            executable_path=chromium_binary(),
            ignore_default_args=["--headless", "--mute-audio"],
            args=[
                "--headless=new",
                "--allow-loopback-in-peer-connection",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={self._voice}",
                "--autoplay-policy=no-user-gesture-required",
            ],
        )
        listed = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        self._pid = next(process["id"] for process in listed if process["type"] == "browser")
        context = browser.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            permissions=["microphone"],
            viewport={"width": 1366, "height": 768},
        )
        context.set_default_timeout(15_000)
        self._page = context.new_page()
        self._page.on("pageerror", lambda error: self.faults.append(str(error)))
        self._page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}") or dialog.dismiss())

    def _close(self) -> None:
        if self._driver is not None:
            try:
                if self._page is not None and self._pid:
                    browser = self._page.context.browser
                    if browser is not None:
                        browser.close()
            finally:
                self._driver.stop()
                self._driver = None


def _voice(file: Path, hz: int) -> Path:
    """Write the agent's voice: half a second of tone, a quarter of silence, again and again."""
    time = np.arange(int(RATE * 0.5)) / RATE
    pulse = np.concatenate((0.4 * np.sin(2 * np.pi * hz * time), np.zeros(int(RATE * 0.25))))
    samples = (np.tile(pulse, 8) * 32767).astype("<i2")
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(samples.tobytes())
    return file
