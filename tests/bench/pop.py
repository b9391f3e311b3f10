"""From the engine's choice to the record on an agent's screen, in real Chromium, with a million customers.

Run as `python -m tests.bench.pop [--customers N] [--calls N]`; SQLite, then PostgreSQL; one JSON line last. The start
is the moment that the engine wrote into its fact OfferMade; the end is the first frame that shows the account.
"""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, sync_playwright

from callcenter.adapters.database.engine import open_database
from callcenter.adapters.database.organisation import FIRST_ACCOUNT
from callcenter.adapters.database.reports import Reports
from callcenter.demo import organisation, traffic
from callcenter.demo.callers import Caller, Callers
from callcenter.demo.organisation import LogIn
from callcenter.domain.events import OfferMade
from callcenter.settings import Settings
from callcenter.wiring import Blueprint
from tests.bench.house import running_house
from tests.database.postgres import running_postgres
from tests.switch.browser import chromium_binary

HOME = Path(__file__).resolve().parents[2]
STAY_SECONDS = 0.8
CHROMIUM = ["--use-fake-device-for-media-stream", "--allow-loopback-in-peer-connection"]
FLOW = """flow: "pop"
label: "直接排队"
start: line
steps:
  line: {do: queue, label: "排队", queue: "service"}
"""

WATCH = """
window.seen = {};
new MutationObserver(() => {
  for (const account of document.body.textContent.match(/2\\d{9}/g) || []) {
    if (!(account in window.seen)) {
      window.seen[account] = 0;
      requestAnimationFrame(() => setTimeout(() => { window.seen[account] = Date.now(); }, 0));
    }
  }
}).observe(document, {childList: true, subtree: true, characterData: true});
"""


def measure(folder: Path, database: str, customers: int, calls: int) -> dict[str, float | int]:
    """Return the figures of one engine."""
    ports = organisation.free_ports(organisation.PORTS)
    settings = organisation.prepare(HOME, "P02", folder, {}, ports)
    (folder / "flows" / "P02").mkdir(parents=True)
    (folder / "flows" / "P02" / "main.yaml").write_text(FLOW, "utf-8")
    changed = {"flows": folder / "flows"} | ({"database": database} if database else {})
    settings = settings.model_copy(update=changed)
    lines = [f'flows = "{folder / "flows"}"'] + ([f'database = "{database}"'] if database else [])
    file = folder / "settings.toml"
    file.write_text("\n".join([*lines, file.read_text("utf-8")]), "utf-8")
    agent = LogIn("8001", "李敏", "agent", "8001")
    began = time.monotonic()
    organisation.fill(settings, (agent,), customers)
    sys.stderr.write(f"{customers} customers in {time.monotonic() - began:.0f} s\n")
    with running_house(folder, settings), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_binary(), args=CHROMIUM)
        page = browser.new_context(permissions=["microphone"], locale="zh-CN").new_page()
        page.add_init_script(WATCH)
        _be_ready(page, settings, agent)
        shown = _call(page, settings, folder, calls, customers)
        browser.close()
    return _figures(settings, shown, calls)


def _be_ready(page: Page, settings: Settings, agent: LogIn) -> None:
    page.goto(f"{_web(settings)}/")
    page.get_by_label("账号").fill(agent.login)
    page.get_by_label("密码").fill(agent.password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="用浏览器话机签入").click()
    _wait_until_ready(page, settings)


def _wait_until_ready(page: Page, settings: Settings) -> None:
    deadline = time.monotonic() + 30
    while page.request.get(f"{_web(settings)}/api/desk").json()["agent"]["state"] != "ready":
        assert time.monotonic() < deadline, "the agent is not ready"
        time.sleep(0.05)


def _web(settings: Settings) -> str:
    return f"http://{settings.web.host}:{settings.web.port}"


def _call(page: Page, settings: Settings, folder: Path, calls: int, customers: int) -> dict[str, int]:
    callers = Callers(folder / "sipp", settings.switch.sip_port, Blueprint(settings).pack.hotline)
    shown: dict[str, int] = {}
    for number in range(calls):
        place = 1 + (number * 9973) % (customers - 1)
        account = str(FIRST_ACCOUNT + place)
        call = callers.start(Caller(traffic.known_number(place), "", (), STAY_SECONDS))
        assert call is not None
        page.wait_for_function("account => window.seen[account] > 0", arg=account, timeout=30_000)
        shown[account] = page.evaluate("account => window.seen[account]", account)
        call.result(30)
        _wait_until_ready(page, settings)
    return shown


def _figures(settings: Settings, shown: dict[str, int], calls: int) -> dict[str, float | int]:
    database = open_database(settings.database_url)
    zone = ZoneInfo(settings.time_zone)
    rows = Reports(database, zone).facts_of(datetime.now(UTC).astimezone(zone).date())
    chosen = [row.event.at for row in rows if isinstance(row.event, OfferMade)]
    database.close()
    waits = sorted(seen - at.timestamp() * 1000 for seen, at in zip(shown.values(), chosen, strict=True))
    return {
        "calls": calls,
        "p50_ms": round(statistics.median(waits), 1),
        "p95_ms": round(waits[int(len(waits) * 0.95) - 1], 1),
        "max_ms": round(waits[-1], 1),
    }


def main() -> None:
    """Measure both engines and print one JSON line."""
    words = argparse.ArgumentParser()
    words.add_argument("--customers", type=int, default=1_000_000)
    words.add_argument("--calls", type=int, default=100)
    wish = words.parse_args()
    figures: dict[str, object] = {"bench": "pop", "customers": wish.customers, "target_p95_ms": 150}
    for name in ("sqlite", "postgresql"):
        folder = Path(tempfile.mkdtemp(prefix=f"callcenter-pop-{name}-"))
        try:
            if name == "sqlite":
                figures[name] = measure(folder, "", wish.customers, wish.calls)
            else:
                with running_postgres() as postgres:
                    figures[name] = measure(folder, postgres.new_database(), wish.customers, wish.calls)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
