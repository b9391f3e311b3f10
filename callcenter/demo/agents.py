"""Simulated agents: each logs in, signs in and works through the same REST and socket messages as a person's desk."""

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests
import socketio

from callcenter.domain.view import apply_desk

CODES = ("billing.balance", "repair.meter", "account.change", "billing.promise", "other.other")
NOTES = ("已告知余额与缴费方式", "已登记报修，两小时内上门", "资料已更新", "客户承诺本周内缴费", "已解答")


@dataclass(frozen=True, slots=True)
class Pop:
    """A call seen on a desk: when it was chosen (server), when it was seen with its record, when answered."""

    call: str
    chosen_ms: int
    seen_ms: int
    with_record: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast simulated people work, in seconds."""

    talk: tuple[float, float] = (8.0, 25.0)
    wrap_up: tuple[float, float] = (2.0, 6.0)


@dataclass(slots=True)
class _Desk:
    state: dict[str, Any] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


class DemoAgent:
    """One agent at a SIP phone. Works in the threads of its socket client and of its timers."""

    def __init__(self, web: str, login: str, password: str, pace: Pace, chance: random.Random) -> None:
        self.login = login
        self.pops: list[Pop] = []
        self._web, self._pace, self._chance = web, pace, chance
        self._http = requests.Session()
        self._socket = socketio.Client(http_session=self._http, reconnection=True, reconnection_delay=0.5)
        self._desk = _Desk()
        self._lock = threading.Lock()
        self._timers: list[threading.Timer] = []
        self._yields = False
        self._over = False
        self._post("/api/login", {"login": login, "password": password})

    def start(self) -> None:
        """Sign in and be ready."""
        self._socket.on("desk", self._changed)
        self._socket.on("connect", self._connected)
        self._post("/api/agent/sign-in", {"phone": "sip", "page": f"demo-{self.login}"})
        auth = {"page": f"demo-{self.login}", "want": ["desk"]}
        self._socket.connect(self._web, transports=["websocket"], auth=auth)

    def stop(self) -> None:
        """Leave the desk."""
        self._over = True
        for timer in self._timers:
            timer.cancel()
        self._socket.disconnect()

    @property
    def state(self) -> str:
        """Return the agent's state as the desk shows it."""
        return str(self._desk.state.get("agent", {}).get("state", "signed_out"))

    def give_way(self, on: bool) -> None:
        """Take a break while a person is ready, so that the person gets the next call."""
        if on == self._yields:
            return
        self._yields = on
        self._post("/api/agent/state", {"state": "break", "reason": "rest"} if on else {"state": "ready"})

    def _connected(self) -> None:
        with self._lock:
            self._desk.state = self._http.get(f"{self._web}/api/desk", timeout=10).json()
        self._act()

    def _changed(self, change: dict[str, Any]) -> None:
        with self._lock:
            state = self._desk.state
            if not state or change["seq"] <= state["seq"]:
                return
            self._desk.state = apply_desk(state, change)
        self._act()

    def _act(self) -> None:
        desk = self._desk.state
        state, call = desk["agent"]["state"], desk["call"]
        if call is not None and state == "ringing":
            self._note_pop(desk, call)
        key = f"{state}:{call['id'] if call else desk['agent']['since_ms']}"
        if key in self._desk.seen:
            return
        self._desk.seen.add(key)
        if state == "talking":
            self._later(self._pace.talk, "/api/call/hangup", {})
        elif state == "wrap_up" and call is not None:
            place = self._chance.randrange(len(CODES))
            self._later(
                self._pace.wrap_up, f"/api/calls/{call['id']}/wrap-up", {"code": CODES[place], "note": NOTES[place]}
            )
        elif state in ("not_responding", "busy"):
            self._later((2.0, 4.0), "/api/agent/state", {"state": "ready"})

    def _note_pop(self, desk: dict[str, Any], call: dict[str, Any]) -> None:
        """A pop counts when the record is there, or when the number is nobody's."""
        with_record = desk["customer"] is not None or bool(desk["candidates"])
        known = {pop.call: pop for pop in self.pops}
        if call["id"] not in known:
            self.pops.append(Pop(call["id"], call["offered_ms"], round(time.time() * 1000), with_record))

    def _later(self, seconds: tuple[float, float], path: str, body: dict[str, Any]) -> None:
        timer = threading.Timer(self._chance.uniform(*seconds), self._quietly, (path, body))
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def _quietly(self, path: str, body: dict[str, Any]) -> None:
        """The caller may have hung up first: a refused wish is part of the day."""
        if not self._over:
            self._post(path, body, may_fail=True)

    def _post(self, path: str, body: dict[str, Any], may_fail: bool = False) -> None:
        answer = self._http.post(f"{self._web}{path}", json=body, timeout=10)
        if not may_fail:
            answer.raise_for_status()
