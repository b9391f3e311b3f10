"""The same three menus as plain dialplan and as our flow, side by side on one switch, with 100 callers at once.

Run as `python -m tests.bench.ivr [--calls N] [--at-once 100]`; one JSON line last. Rounds of both kinds take turns.
A caller is silent for two seconds, presses the key that the menu asks for, and so on; the switch hangs up in the end.

- CPU: user and system seconds of Asterisk and of our whole process tree (server, worker, voice), per call, from a quiet
  moment before a round to a quiet moment after it. What our process does all the time is in it.
- Keys: sent are the RFC 4733 events that went over the wire; received are what our journal holds, or what the plain
  dialplan told in one event at its end. Both kinds have one listener on the AMI besides our own.
- Delay: from a key's first end packet to the first audible packet of the next prompt, both on the wire as the caller
  gets them (kernel timestamps), less the silence at the head of that prompt's file. Packets are 20 ms apart.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import soundfile

from callcenter.adapters.asterisk.child import SwitchChild
from callcenter.adapters.asterisk.plan import LOOPBACK
from callcenter.adapters.database.engine import open_database
from callcenter.adapters.database.reports import Reports
from callcenter.adapters.speech.prompts import PromptStore
from callcenter.demo import organisation
from callcenter.demo.sipp import may_send_raw
from callcenter.domain.events import KeysPressed
from callcenter.settings import Settings
from callcenter.wiring import Blueprint
from tests.bench import plain_menu
from tests.bench.cpu import cpu_seconds
from tests.bench.house import running_house
from tests.bench.many_callers import ADDRESS, ManyCallers, Program
from tests.bench.wire import Heard, Wire, head_seconds
from tests.switch.rig import Ear

HOME = Path(__file__).resolve().parents[2]
FLOW = HOME / "ivr_flows" / "bench" / "menu3.yaml"
PROGRAM = Program(("wait 2", "1", "wait 2", "2", "wait 2", "3"))
ROUNDS = 3
WARM_UP_CALLS = 20
CALLS_A_SECOND = 25
SETTLE_SECONDS = 1.0
ARRIVE_SECONDS = 10.0
NEXT_PROMPT = {"1": "请按二。", "2": "请按三。", "3": plain_menu.BYE}
KINDS = ("plain", "flow")


@dataclass
class Tally:
    """What the rounds of one kind came to."""

    calls: int = 0
    ended: int = 0
    asterisk_seconds: float = 0.0
    ours_seconds: float = 0.0
    keys: list[Heard] = field(default_factory=list)
    received: int = 0


class Bench:
    """A running house, its switch with the plain menus added, and the callers."""

    def __init__(self, settings: Settings, server: int, heads: Mapping[str, float], plain: str) -> None:
        blueprint = Blueprint(settings)
        self.settings, self._server, self._heads = settings, server, heads
        child = SwitchChild(blueprint.plan)
        assert child.pid
        self._switch = child.pid
        with (settings.run_path / "asterisk" / "etc" / "extensions.conf").open("a", encoding="utf-8") as file:
            file.write(plain)
        child.ask("dialplan reload")
        self._dialed = {"plain": plain_menu.PLAIN_NUMBER, "flow": blueprint.pack.hotline}
        self._callers = ManyCallers(settings.run_path / "sipp", settings.switch.sip_port, PROGRAM)
        self.ear = Ear(socket.create_connection((LOOPBACK, settings.switch.ami_port)))
        threading.Thread(target=self.ear.listen, daemon=True).start()
        self.ear.ask({"Action": "Login", "Username": blueprint.plan.ami_user, "Secret": blueprint.plan.ami_secret})

    def run(self, kind: str, calls: int, at_once: int, tally: Tally) -> None:
        """Make one round of calls and add it to the tally."""
        wire = Wire(ADDRESS, self._callers.rtp_port)
        asterisk, ours = self._spent()
        tally.ended += self._callers.run(self._dialed[kind], calls, at_once, CALLS_A_SECOND)
        time.sleep(SETTLE_SECONDS)  # what our process writes after the last call belongs to the calls
        after_asterisk, after_ours = self._spent()
        wire.close()
        tally.calls += calls
        tally.asterisk_seconds += after_asterisk - asterisk
        tally.ours_seconds += after_ours - ours
        tally.keys += wire.keys()

    def idle_milliseconds(self, seconds: float = 5.0) -> float:
        """Return what our process spends in one second without a call."""
        before = self._spent()[1]
        time.sleep(seconds)
        return (self._spent()[1] - before) / seconds * 1000

    def received(self) -> dict[str, int]:
        """Return how many keys each kind got."""
        plain = sum(len(block["Keys"]) for block in self.ear.events("BenchKeys"))
        return {"plain": plain, "flow": self._in_the_journal()}

    def wait_until_received(self, sent: Mapping[str, int]) -> dict[str, int]:
        """Return `received` as soon as nothing is missing, or what it is when ARRIVE_SECONDS are over."""
        deadline = time.monotonic() + ARRIVE_SECONDS
        while (received := self.received()) != sent and time.monotonic() < deadline:
            time.sleep(0.2)
        return received

    def delays_ms(self, keys: Sequence[Heard]) -> list[float]:
        """Return the delays, sorted."""
        return sorted(
            (key.sound_after_seconds - self._heads[NEXT_PROMPT[key.key]]) * 1000
            for key in keys
            if key.sound_after_seconds is not None
        )

    def _spent(self) -> tuple[float, float]:
        return cpu_seconds(self._switch), cpu_seconds(self._server, without=(self._switch,))

    def _in_the_journal(self) -> int:
        zone = Blueprint(self.settings).zone
        database = open_database(self.settings.database_url)
        today = datetime.now(zone).date()
        facts = [row.event for day in (today - timedelta(1), today) for row in Reports(database, zone).facts_of(day)]
        database.close()
        return sum(len(fact.keys) for fact in facts if isinstance(fact, KeysPressed))


def measure(folder: Path, calls: int, at_once: int) -> dict[str, object]:
    """Return all figures of one house."""
    settings = organisation.prepare(HOME, "P02", folder, {}, organisation.free_ports(organisation.PORTS))
    (folder / "flows" / "P02").mkdir(parents=True)
    shutil.copy(FLOW, folder / "flows" / "P02" / "main.yaml")
    file = folder / "settings.toml"
    file.write_text(f'flows = "{folder / "flows"}"\n{file.read_text("utf-8")}', "utf-8")
    organisation.fill(settings, ())
    store = PromptStore(settings.prompts)
    sounds = {text: store.prompt(text) for text in plain_menu.TEXTS}
    heads = {text: head_seconds(soundfile.read(f"{path}.wav", dtype="int16")[0]) for text, path in sounds.items()}
    tallies = {kind: Tally() for kind in KINDS}
    with running_house(folder, settings) as server:
        bench = Bench(settings, server.pid, heads, plain_menu.dialplan(sounds))
        warm_up = {kind: Tally() for kind in KINDS}
        for kind in KINDS:
            bench.run(kind, WARM_UP_CALLS, at_once, warm_up[kind])
        idle = bench.idle_milliseconds()
        for number in range(ROUNDS):
            for kind in KINDS if number % 2 else reversed(KINDS):
                bench.run(kind, calls // ROUNDS, at_once, tallies[kind])
        sent = {kind: len(tallies[kind].keys) + len(warm_up[kind].keys) for kind in KINDS}
        for kind, received in bench.wait_until_received(sent).items():
            tallies[kind].received = received
        return {**_figures(bench, tallies, sent), "ours_idle_ms_a_second": round(idle, 2)}


def _figures(bench: Bench, tallies: Mapping[str, Tally], sent: Mapping[str, int]) -> dict[str, object]:
    figures: dict[str, object] = {}
    for kind, tally in tallies.items():
        delays = bench.delays_ms(tally.keys)
        if not delays:
            raise RuntimeError(f"{kind}: 没有来电听到提示音 / no caller heard a prompt after a key")
        figures[kind] = {
            "calls": tally.calls,
            "ended_by_switch": tally.ended,
            "asterisk_cpu_ms_a_call": _milli(tally.asterisk_seconds, tally),
            "ours_cpu_ms_a_call": _milli(tally.ours_seconds, tally),
            "keys_sent": sent[kind],
            "lost_digits": sent[kind] - tally.received,
            "delays": len(delays),
            "delay_ms_p50": round(statistics.median(delays), 1),
            "delay_ms_p95": round(delays[int(len(delays) * 0.95) - 1], 1),
            "delay_ms_max": round(delays[-1], 1),
        }
    plain, flow = tallies["plain"], tallies["flow"]
    p50 = {kind: statistics.median(bench.delays_ms(tally.keys)) for kind, tally in tallies.items()}
    return {
        **figures,
        "ours_over_asterisk": round(flow.ours_seconds / flow.asterisk_seconds, 3),
        "target_ours_over_asterisk": 0.5,
        "asterisk_flow_over_plain": round(flow.asterisk_seconds / plain.asterisk_seconds, 3),
        "total_flow_over_plain": round((flow.asterisk_seconds + flow.ours_seconds) / plain.asterisk_seconds, 3),
        "delay_p50_flow_over_plain": round(p50["flow"] / p50["plain"], 3),
    }


def _milli(seconds: float, tally: Tally) -> float:
    return round(seconds / tally.calls * 1000, 2)


def main() -> None:
    """Measure and print one JSON line."""
    words = argparse.ArgumentParser()
    words.add_argument("--calls", type=int, default=450)
    words.add_argument("--at-once", type=int, default=100)
    wish = words.parse_args()
    if not may_send_raw():
        raise SystemExit("测速需要发送原始 RTP，请以 root 运行 / this bench sends prepared RTP: run it as root")
    folder = Path(tempfile.mkdtemp(prefix="callcenter-ivr-"))
    try:
        figures = measure(folder, wish.calls, wish.at_once)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    load = [round(value, 1) for value in os.getloadavg()]
    sys.stdout.write(
        json.dumps({"bench": "ivr", "at_once": wish.at_once, "rounds": ROUNDS, **figures, "load": load}) + "\n"
    )


if __name__ == "__main__":
    main()
