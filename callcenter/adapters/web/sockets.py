"""Live messages over Socket.IO: who may listen to what, and the pulse that tells a screen that it is not stale."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask_socketio import ConnectionRefusedError as Refuse
from flask_socketio import SocketIO, disconnect, join_room

from callcenter.adapters.web import show
from callcenter.adapters.web import wire as w
from callcenter.adapters.web.auth import COOKIE, LEADING, person_of, same_origin
from callcenter.adapters.web.house import House
from callcenter.domain.ids import AgentId
from callcenter.service.messages import DeskClosed, DeskOpened
from callcenter.service.ports import RecordsAway

PULSE_SECONDS = 2.0
SESSION_BEATS = 5
"""Every so many pulses each socket's session is asked for again."""
BOARD = "board"


@dataclass(frozen=True, slots=True)
class Guest:
    """One open socket. `agent` is set when it shows that agent's desk."""

    agent: AgentId | None
    page: str
    board: bool
    token: str


class Rooms:
    """The feed's way out: one room for boards and one for each agent's desks."""

    def __init__(self) -> None:
        self.socketio = SocketIO(async_mode="threading", transports=["websocket"], logger=False, manage_session=False)

    def desk(self, agent: AgentId, change: w.DeskChange) -> None:
        """Send to the agent's desks."""
        self.socketio.emit("desk", change.model_dump(mode="json"), to=_room(agent))

    def board(self, change: w.BoardChange) -> None:
        """Send to every board."""
        self.socketio.emit("board", change.model_dump(mode="json"), to=BOARD)


class Doorkeeper:
    """Lets sockets in, keeps one page for each agent, and sends the pulse."""

    def __init__(self, rooms: Rooms, house: House) -> None:
        self._socketio, self._house = rooms.socketio, house
        self._guests: dict[str, Guest] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def attach(self, app: Flask) -> None:
        """Serve sockets on the app and start the pulse."""
        # None: the page's own origin only, judged before the socket opens
        origins = list(self._house.origins) or None
        self._socketio.init_app(app, async_mode="threading", cors_allowed_origins=origins)
        self._socketio.on_event("connect", self._connect)
        self._socketio.on_event("disconnect", self._disconnect)
        threading.Thread(target=self._pulse, name="pulse", daemon=True).start()

    def stop(self) -> None:
        """End the pulse."""
        self._stopped.set()

    def _connect(self, auth: dict[str, Any] | None = None) -> None:
        if not same_origin(request.headers.get("Origin"), request.host, self._house.origins):
            raise Refuse("forbidden")
        person = person_of(self._house)
        if person is None:
            raise Refuse("not_logged_in")
        wanted = auth.get("want", []) if isinstance(auth, dict) else []
        page = str(auth.get("page", ""))[:64] if isinstance(auth, dict) else ""
        board = BOARD in wanted and person.role in LEADING
        agent = person.agent if "desk" in wanted and person.agent else None
        if board:
            join_room(BOARD)
        if agent is not None:
            self._one_page(agent, page)
            join_room(_room(agent))
        with self._lock:
            self._guests[request.sid] = Guest(agent, page, board, request.cookies[COOKIE])  # type: ignore[attr-defined]
            if agent is not None:
                self._house.post(DeskOpened(agent, page))

    def _disconnect(self, *_why: object) -> None:
        with self._lock:
            guest = self._guests.pop(request.sid, None)  # type: ignore[attr-defined]
            left = {other.agent for other in self._guests.values()}
            if guest is not None and guest.agent is not None and guest.agent not in left:
                # under the lock, which `post` never holds up: opened and closed reach the engine as they happened
                self._house.post(DeskClosed(guest.agent))

    def _one_page(self, agent: AgentId, page: str) -> None:
        """The seat is taken over by the newest page; the older one is told so."""
        with self._lock:
            older = [sid for sid, guest in self._guests.items() if guest.agent == agent and guest.page != page]
        for sid in older:
            reason = w.Text(zh="该工号已在别处打开。", en="This seat was opened elsewhere.")
            self._socketio.emit("signed_out", {"reason": reason.model_dump()}, to=sid)
            disconnect(sid, namespace="/")

    def _show_out(self, guests: Mapping[str, Guest]) -> None:
        """Close the sockets whose person has logged out, was locked, or whose session ran out."""
        for token in {guest.token for guest in guests.values()}:
            try:
                known = self._house.people.session(token)
            except RecordsAway:
                return
            for sid in [sid for sid, guest in guests.items() if known is None and guest.token == token]:
                self._socketio.server.disconnect(sid, namespace="/")

    def _pulse(self) -> None:
        beats = 0
        while not self._stopped.wait(PULSE_SECONDS):
            beats += 1
            with self._lock:
                guests = dict(self._guests)
            if beats % SESSION_BEATS == 0:
                self._show_out(guests)
            for sid, guest in guests.items():
                desk_seq, board_seq, switch_up = self._house.feed.seqs(guest.agent)
                pulse = w.Pulse(
                    now_ms=show.ms(self._house.clock()),
                    desk_seq=desk_seq,
                    board_seq=board_seq if guest.board else None,
                    switch_up=switch_up,
                )
                self._socketio.emit("pulse", pulse.model_dump(mode="json"), to=sid)


def _room(agent: AgentId) -> str:
    return f"desk:{agent}"
