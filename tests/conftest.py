"""What every folder of tests shares: quick kinds first, and nothing is skipped silently."""

import shutil
from pathlib import Path

import pytest

QUICK_TO_SLOW = ("architecture", "domain", "flows", "service", "asterisk", "speech", "web", "fakes", "database")


def _place(item: pytest.Item) -> int:
    kind = item.path.relative_to(Path(__file__).parent).parts[0]
    return QUICK_TO_SLOW.index(kind) if kind in QUICK_TO_SLOW else len(QUICK_TO_SLOW)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the quick kinds first, so that a plain mistake shows before the switch starts."""
    items.sort(key=_place)


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"a skip hides a missing part; fail with the command that installs it: {report.longrepr}"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Turn a skipped test into a failed one."""
    _fail_if_skipped(report)


@pytest.hookimpl(tryfirst=True)
def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Turn a skipped module into a failed one."""
    _fail_if_skipped(report)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of the browser: the system's, else the one that Playwright keeps; fails with what to type."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only tests of the browser pay for this import

    found = shutil.which("chromium")
    if found is None:
        with sync_playwright() as playwright:
            found = playwright.chromium.executable_path
    if not Path(found).exists():
        pytest.fail("没有浏览器，请运行 / no browser, type: sudo apt-get install -y chromium")
    return found
