"""A real Chromium and a stage for each test; what is missing is named with the command that installs it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, sync_playwright

from tests.ui.stage import PAGES, Stage

ROOT = Path(__file__).resolve().parents[2]
SCREENS = ROOT / ".run" / "screens"
SMALL: ViewportSize = {"width": 1366, "height": 768}
LARGE: ViewportSize = {"width": 1920, "height": 1080}


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    assert (PAGES / "index.html").is_file(), "the pages are not built: cd agent_ui && npm ci && npm run build"
    SCREENS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as started:
        yield started


def chromium_path() -> str:
    """Return the browser's path, or fail with the command that installs it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is missing: apt-get install chromium"
    return path


@pytest.fixture(scope="session")
def browser(driver: Playwright) -> Iterator[Browser]:
    chromium = driver.chromium.launch(
        executable_path=chromium_path(),
        args=["--use-fake-device-for-media-stream", "--autoplay-policy=no-user-gesture-required"],
    )
    yield chromium
    chromium.close()


@pytest.fixture
def stage() -> Iterator[Stage]:
    served = Stage()
    yield served
    served.close()


@pytest.fixture
def context(browser: Browser, stage: Stage) -> Iterator[BrowserContext]:
    made = browser.new_context(
        viewport=SMALL, locale="zh-CN", timezone_id="Asia/Shanghai", base_url=stage.url, permissions=["microphone"]
    )
    made.set_default_timeout(8000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails the test on any uncaught error and on any request to another host."""
    made = context.new_page()
    faults: list[str] = []
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    made.on("request", lambda sent: None if "127.0.0.1" in sent.url else faults.append(f"asked {sent.url}"))
    yield made
    assert not faults, faults


@pytest.fixture
def inside(page: Page) -> Page:
    """A page whose person is logged in, before the first screen is opened."""
    answer = page.request.post("/api/login", data={"login": "linxiao", "password": "right"})
    assert answer.ok
    return page
