"""People without a browser: an agent's or a supervisor's REST wishes and socket messages, and what they see.

Knows nothing of the switch or the database: only what a screen knows.
"""

import threading
import time
from types import TracebackType
from typing import Any

import requests
import socketio

from callcenter.domain.view import apply_board, apply_desk
from tests.switch.rig import until


class Person:
    """Somebody who is logged in. Leaves the room when the block ends, also when the test failed."""

    def __init__(self, web: str, login: str, want: str) -> None:
        self.login, self._web, self._want = login, web, want
        self._http = requests.Session()
        self._socket = socketio.Client(
            http_session=self._http, reconnection=True, reconnection_delay=0.3, reconnection_delay_max=1
        )
        self._lock = threading.Lock()
        self.screen: dict[str, Any] = {}
        self._socket.on("connect", self._take)
        self._socket.on(want, self._change)
        assert self._http.post(f"{web}/api/login", json={"login": login, "password": f"demo-{login}"}, timeout=20).ok, (
            f"{login} cannot log in"
        )

    def open(self) -> None:
        """Open the screen."""
        auth = {"page": f"test-{self.login}", "want": [self._want]}
        self._socket.connect(self._web, transports=["websocket"], auth=auth)

    def get(self, path: str) -> Any:
        """Return what a path answers."""
        answer = self._http.get(f"{self._web}{path}", timeout=10)
        answer.raise_for_status()
        return answer.json()

    def wish(self, path: str, **body: Any) -> requests.Response:
        """Send a wish and return the answer, granted or refused."""
        return self._http.post(f"{self._web}{path}", json=body, timeout=10)

    def note(self, call: str, text: str) -> None:
        """Save a half-typed note."""
        answer = self._http.put(f"{self._web}/api/calls/{call}/note", json={"text": text}, timeout=10)
        answer.raise_for_status()

    def close(self) -> None:
        """Close the screen."""
        self._socket.disconnect()

    def seen(self, whole: dict[str, Any]) -> None:
        """Take note of what the screen shows now."""

    def _take(self) -> None:
        with self._lock:
            self.screen = self.get(f"/api/{self._want}")
            self.seen(self.screen)

    def _change(self, change: dict[str, Any]) -> None:
        apply = apply_desk if self._want == "desk" else apply_board
        with self._lock:
            if self.screen and change["seq"] > self.screen["seq"]:
                self.screen = apply(self.screen, change)
                self.seen(self.screen)


class Agent(Person):
    """An agent at a SIP phone. `states` is what the desk showed, in order; `pops` the calls with their customer."""

    def __init__(self, web: str, login: str) -> None:
        self.states: list[str] = []
        self.causes: list[str] = []
        self.pops: dict[str, tuple[str, float]] = {}
        super().__init__(web, login, "desk")

    def __enter__(self) -> "Agent":
        self.wish("/api/agent/sign-in", phone="sip", page=f"test-{self.login}").raise_for_status()
        self.open()
        self.until("ready", "ringing", "talking")
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        try:
            if kind is None:
                self.leave()
        finally:
            self.close()

    @property
    def state(self) -> str:
        """Return the state that the desk shows."""
        return str(self.screen.get("agent", {}).get("state", ""))

    @property
    def call(self) -> str:
        """Return the id of the call on the desk, '' when there is none."""
        shown = self.screen.get("call")
        return str(shown["id"]) if shown else ""

    def seen(self, whole: dict[str, Any]) -> None:
        """Keep the order of states, and when a call was first seen with its customer."""
        state, call, customer = whole["agent"]["state"], whole["call"], whole["customer"]
        if self.states[-1:] != [state]:
            self.states.append(state)
            self.causes.append(whole["agent"]["cause"])
        if call and customer and call["id"] not in self.pops:
            self.pops[call["id"]] = (customer["name"], time.time())

    def until(self, *states: str, call: str = "", seconds: float = 15.0) -> None:
        """Wait until the desk shows one of the states, with `call` when given."""
        until(
            lambda: self.state in states and (not call or self.call == call),
            f"{self.login} is {states} with {call or 'any call'}; was {self.states}, call {self.call!r}",
            seconds,
        )

    def wrap_up(self, code: str = "other.other", note: str = "") -> None:
        """Finish the wrap-up of the call on the desk."""
        self.until("wrap_up")
        self.wish(f"/api/calls/{self.call}/wrap-up", code=code, note=note).raise_for_status()
        until(lambda: self.state != "wrap_up", f"{self.login} is done with the wrap-up")

    def leave(self) -> None:
        """End what is left of the work and sign out."""
        if self.state in ("talking", "holding"):
            self.wish("/api/call/hangup")
        until(lambda: self.state not in ("ringing", "talking", "holding"), f"{self.login} is free", 20)
        assert self.wish("/api/agent/sign-out").ok
        self.until("signed_out")


class Lead(Person):
    """A supervisor at the board. `lights` holds each change of the switch's light with the moment it was seen."""

    def __init__(self, web: str, login: str = "monitor") -> None:
        self.lights: list[tuple[float, bool]] = []
        super().__init__(web, login, "board")

    def __enter__(self) -> "Lead":
        self.open()
        until(lambda: self.screen, "the board")
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def seen(self, whole: dict[str, Any]) -> None:
        """Keep the changes of the light."""
        if not self.lights or self.lights[-1][1] != whole["switch_up"]:
            self.lights.append((time.monotonic(), whole["switch_up"]))

    def waiting(self) -> list[str]:
        """Return the callers in line as the board shows them, first first, over all queues."""
        rows = sorted(self.screen["waiting"].values(), key=lambda row: (row["queue"], row["place"]))
        return [row["id"] for row in rows]

    def state_of(self, agent: str) -> str:
        """Return an agent's state on the board, 'signed_out' when not there."""
        return str(self.screen["agents"].get(agent, {}).get("state", "signed_out"))
