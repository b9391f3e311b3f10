"""`callcenter demo`: a whole house on loopback with simulated callers and agents, and room for a person."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import socketio

from callcenter.demo import organisation, report, traffic
from callcenter.demo.agents import DemoAgent, Pace
from callcenter.demo.callers import Callers
from callcenter.demo.organisation import PEOPLE_SEATS, LogIn
from callcenter.demo.phones import Manner, Phones
from callcenter.domain.view import apply_board
from callcenter.settings import Settings
from callcenter.wiring import Blueprint

BOOT_SECONDS = 60
DRAIN_SECONDS = 120
EVERY_SECONDS = (4.0, 9.0)
"""How far apart calls come while somebody watches."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: `calls` None runs until it is stopped."""

    calls: int | None
    leave: bool
    pack: str = "P02"


class Demo:
    """One run. `say` prints for people; the JSON line is the caller's to print."""

    def __init__(self, home: Path, folder: Path, wish: Wish, say: Callable[[str], None]) -> None:
        self._home, self._folder, self._wish, self._say = home, folder, wish, say
        self._began = time.monotonic()
        self._first_ring: float | None = None
        self._chance = random.Random(7)
        self._server: subprocess.Popen[bytes] | None = None
        self._agents: list[DemoAgent] = []
        self._board: dict[str, Any] = {}
        self._watcher = socketio.Client(reconnection=True)
        self._stopped = threading.Event()

    def run(self) -> report.Account | None:
        """Run the demonstration to its end and return its account; None when it was stopped in the middle of calls."""
        organisation.clear(self._folder)
        seats = self._simulated_seats()
        phones = Phones(self._folder / "sipp", seats, Manner("answers", after_seconds=1.2))
        contacts = {seat: phones.contact(seat) for seat in seats}
        ports = organisation.free_ports(organisation.PORTS)
        settings = organisation.prepare(self._home, self._wish.pack, self._folder, contacts, ports)
        people = self._people(seats)
        phones.start()
        callers = Callers(self._folder / "sipp", settings.switch.sip_port, Blueprint(settings).pack.hotline)
        try:
            self._start_server(settings)
            organisation.fill(settings, people)
            self._wait_for_server(settings)
            web = f"http://{settings.web.host}:{settings.web.port}"
            self._agents = self._sign_in(web, people)
            self._watch(web, people)
            if not self._wish.leave:
                self._welcome(web, people)
            dialled = self._send_callers(callers)
            if not self._stopped.is_set():
                self._drain(callers)
            for agent in self._agents:
                agent.stop()
            self._watcher.disconnect()
        finally:
            callers.drop_all()
            self._stop_server()
            phones.stop()
        if self._stopped.is_set():
            return None
        pops = [pop for agent in self._agents for pop in agent.pops]
        return report.account(settings, Blueprint(settings).cdr_file, dialled, pops, self._first_ring)

    def stop(self) -> None:
        """Send no more callers and come to an end."""
        self._stopped.set()

    # --- the parts ---------------------------------------------------------------------------------

    def _simulated_seats(self) -> tuple[str, ...]:
        pack = Blueprint(Settings(home=self._home, work=self._home, pack=self._wish.pack)).pack
        return tuple(seat.extension for seat in pack.seats if seat.agent not in PEOPLE_SEATS)

    def _people(self, seats: tuple[str, ...]) -> tuple[LogIn, ...]:
        names = {
            seat.agent: seat.name
            for seat in Blueprint(Settings(home=self._home, work=self._home, pack=self._wish.pack)).pack.seats
        }
        agents = [LogIn(seat, names[seat], "agent", seat) for seat in (*PEOPLE_SEATS, *seats)]
        return (*agents, LogIn("monitor", "周班长", "supervisor"), LogIn("admin", "管理员", "admin"))

    def _start_server(self, settings: Settings) -> None:
        environ = {**os.environ, "CALLCENTER_HOME": str(self._home)}
        command = [sys.executable, "-m", "callcenter", "serve", "--settings", str(self._folder / "settings.toml")]
        with (self._folder / "server.log").open("wb") as out:
            self._server = subprocess.Popen(command, stdout=out, stderr=out, env=environ, start_new_session=True)  # noqa: S603

    def _wait_for_server(self, settings: Settings) -> None:
        deadline = time.monotonic() + BOOT_SECONDS
        url = f"http://{settings.web.host}:{settings.web.port}/healthz"
        while time.monotonic() < deadline and self._server is not None and self._server.poll() is None:
            try:
                if requests.get(url, timeout=2).ok:
                    return
            except requests.RequestException:
                pass
            time.sleep(0.1)
        words = (self._folder / "server.log").read_text("utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"服务没有启动 / the server did not start:\n{words}")

    def _stop_server(self) -> None:
        if self._server is None:
            return
        self._server.send_signal(signal.SIGTERM)
        try:
            self._server.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()

    def _sign_in(self, web: str, people: tuple[LogIn, ...]) -> list[DemoAgent]:
        pace = Pace() if self._wish.calls is None else Pace(talk=(3.0, 6.0), wrap_up=(0.5, 1.5))
        agents = []
        for person in people:
            if person.agent is not None and person.agent not in PEOPLE_SEATS:
                agent = DemoAgent(web, person.login, person.password, pace, random.Random(person.login))
                agent.start()
                agents.append(agent)
        return agents

    def _watch(self, web: str, people: tuple[LogIn, ...]) -> None:
        """Look at the board as a supervisor does: for the first ring, and for people who are ready."""
        http = requests.Session()
        lead = next(person for person in people if person.role == "supervisor")
        http.post(f"{web}/api/login", json={"login": lead.login, "password": lead.password}, timeout=10)
        self._watcher = socketio.Client(http_session=http, reconnection=True)
        lock = threading.Lock()

        def changed(change: dict[str, Any]) -> None:
            with lock:
                if self._board and change["seq"] > self._board["seq"]:
                    self._board = apply_board(self._board, change)
            self._look()

        self._watcher.on("board", changed)
        self._watcher.connect(web, transports=["websocket"], auth={"page": "demo", "want": ["board"]})
        with lock:
            self._board = http.get(f"{web}/api/board", timeout=10).json()

    def _look(self) -> None:
        agents = self._board.get("agents", {}).values()
        if self._first_ring is None and any(agent["state"] in ("ringing", "talking") for agent in agents):
            self._first_ring = time.monotonic() - self._began
        person_ready = any(agent["id"] in PEOPLE_SEATS and agent["state"] == "ready" for agent in agents)
        for agent in self._agents:
            if agent.state in ("ready", "break"):
                threading.Thread(target=agent.give_way, args=(person_ready,), daemon=True).start()

    def _send_callers(self, callers: Callers) -> int:
        dialled = 0
        quick = self._wish.calls is not None
        stay = (25.0, 30.0) if quick else (40.0, 90.0)
        for caller in traffic.callers(self._chance, self._wish.calls, stay):
            if self._stopped.is_set():
                break
            if callers.start(caller) is not None:
                dialled += 1
            self._stopped.wait(0.7 if quick else self._chance.uniform(*EVERY_SECONDS))
        if not self._wish.leave:
            self._stopped.wait()
        return dialled

    def _drain(self, callers: Callers) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < deadline:
            working = any(agent.state in ("ringing", "talking", "holding", "wrap_up") for agent in self._agents)
            if not callers.live and not working:
                return
            time.sleep(0.1)

    def _welcome(self, web: str, people: tuple[LogIn, ...]) -> None:
        agent = next(person for person in people if person.agent == PEOPLE_SEATS[0])
        lead = next(person for person in people if person.role == "supervisor")
        self._say(f"\n  打开 / open:  {web}\n")
        self._say(f"  座席 / agent:       {agent.login}   密码 / password: {agent.password}   ({agent.name})")
        self._say(f"  班长 / supervisor:  {lead.login}   密码 / password: {lead.password}   ({lead.name})")
        self._say("\n  以座席签入后，下一通来电即转给您。Sign in as the agent and the next call is yours.")
        self._say("  按 Ctrl+C 结束。Ctrl+C ends it.\n")
