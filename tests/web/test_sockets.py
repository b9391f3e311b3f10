"""Who may listen to what: real sockets of a real server on loopback, and nothing of another agent's."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import socketio
from flask_socketio import SocketIOTestClient
from werkzeug.serving import BaseWSGIServer, make_server

from callcenter.adapters.web import rest, sockets
from callcenter.adapters.web import wire as w
from callcenter.adapters.web.auth import COOKIE
from callcenter.adapters.web.feed import Feed
from callcenter.adapters.web.sockets import Doorkeeper, Rooms
from callcenter.service.messages import DeskClosed, DeskOpened
from tests.asterisk.figures import figure
from tests.service.room import ANN, BOB
from tests.web.house import Fakes, until


class Server:
    """The application with its doorkeeper; `listen` serves it on a free port of loopback."""

    def __init__(self, fakes: Fakes, feed: Feed) -> None:
        self.fakes, self.rooms = fakes, Rooms()
        house = fakes.house(feed)
        self.app = rest.build(house)
        self.door = Doorkeeper(self.rooms, house)
        self.door.attach(self.app)

    def listen(self) -> BaseWSGIServer:
        http = make_server("127.0.0.1", 0, self.app, threaded=True)
        threading.Thread(target=http.serve_forever, daemon=True).start()
        return http

    def cookie(self, login: str) -> dict[str, str]:
        token = self.fakes.people.open_session(login, 1) if login else "forged"
        return {"Cookie": f"{COOKIE}={token}"}

    def guest(self, login: str, want: tuple[str, ...], page: str = "p1", **headers: str) -> "Guest":
        auth = {"want": list(want), "page": page}
        sent = {**self.cookie(login), **headers}
        return Guest(self.rooms.socketio.test_client(self.app, headers=sent, auth=auth))


class Guest:
    """One browser's socket; `heard` is everything that reached it."""

    def __init__(self, socket: SocketIOTestClient) -> None:
        self.socket = socket

    @property
    def heard(self) -> list[tuple[str, Any]]:
        return [(one["name"], one["args"][0]) for one in self.socket.queue]

    def kinds(self) -> list[str]:
        return [name for name, _ in self.heard if name != "pulse"]


@pytest.fixture
def server(fakes: Fakes, feed: Feed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr(sockets, "PULSE_SECONDS", 0.05)
    made = Server(fakes, feed)
    yield made
    made.door.stop()


def shakes_hands(server: Server, port: int, login: str, origin: str) -> bool:
    """Return whether a browser's page of `origin` gets in, over a real socket."""
    client = socketio.Client(reconnection=False, websocket_extra_options={"origin": origin})
    url = f"http://127.0.0.1:{port}"
    try:
        client.connect(url, headers=server.cookie(login), auth={"want": ["desk"]}, transports=["websocket"])
    except socketio.exceptions.ConnectionError:
        return False
    client.disconnect()
    return True


def test_s10_another_sites_page_and_a_stranger_are_refused(server: Server) -> None:
    """S10: a cookie is sent by any page, so the origin decides; without a session nobody comes in."""
    http = server.listen()
    port = http.server_port
    own = f"http://127.0.0.1:{port}"
    strangers = (
        ("ann", "https://evil.example"),
        ("ann", "null"),
        ("ann", f"http://127.0.0.1:{port + 1}"),
        ("", own),
        ("", "https://evil.example"),
    )
    accepted = [stranger for stranger in strangers if shakes_hands(server, port, *stranger)]
    figure("S10", f"cross-origin and unauthenticated handshakes tried {len(strangers)} accepted {len(accepted)}")
    assert accepted == []
    assert server.fakes.posted == []
    assert shakes_hands(server, port, "ann", own)
    http.shutdown()
    http.server_close()


def test_s10_the_doorkeeper_looks_at_the_origin_too(server: Server) -> None:
    """S10: the check does not hang on the library's setting alone."""
    assert not server.guest("ann", ("desk",), Origin="https://evil.example").socket.is_connected()
    assert not server.guest("", ("desk",)).socket.is_connected()


def test_s10_each_hears_the_own_desk_only_and_the_board_is_for_those_who_lead(server: Server) -> None:
    """S10: what an agent asks to hear is cut down to what the agent may hear."""
    ann = server.guest("ann", ("desk", "board"), Origin="http://localhost")
    bob = server.guest("bob", ("desk", "board", "desk:8001"))
    lea = server.guest("lea", ("desk", "board"))
    server.rooms.desk(ANN, w.DeskChange(seq=1, now_ms=1))
    server.rooms.desk(BOB, w.DeskChange(seq=7, now_ms=1))
    server.rooms.board(w.BoardChange(seq=1, now_ms=1))
    until(lambda: ann.kinds() == ["desk"] and bob.kinds() == ["desk"] and lea.kinds() == ["board"], "not heard")
    server.rooms.desk(ANN, w.DeskChange(seq=2, now_ms=1))
    until(lambda: ann.kinds() == ["desk", "desk"], "not heard")
    assert [body["seq"] for name, body in bob.heard if name == "desk"] == [7]
    assert lea.kinds() == ["board"]


def test_a_page_that_comes_and_goes_is_told_to_the_core(server: Server) -> None:
    ann = server.guest("ann", ("desk",))
    until(lambda: server.fakes.posted == [DeskOpened(ANN, "p1")], "not opened")
    ann.socket.disconnect()
    until(lambda: server.fakes.posted[1:] == [DeskClosed(ANN)], "not closed")


def test_a_second_socket_of_the_same_page_keeps_the_desk_open(server: Server) -> None:
    first, second = server.guest("ann", ("desk",)), server.guest("ann", ("desk",))
    first.socket.disconnect()
    assert second.socket.is_connected()
    assert DeskClosed(ANN) not in server.fakes.posted


def test_one_page_for_each_agent_the_older_one_is_told_and_closed(server: Server) -> None:
    older = server.guest("ann", ("desk",), page="p1")
    newer = server.guest("ann", ("desk",), page="p2")
    until(lambda: "signed_out" in older.kinds() and not older.socket.is_connected(), "the older page stayed")
    reason = next(body["reason"] for name, body in older.heard if name == "signed_out")
    assert set(reason) == {"zh", "en"}
    assert newer.socket.is_connected()
    opened = [message for message in server.fakes.posted if isinstance(message, DeskOpened)]
    assert [message.page for message in opened] == ["p1", "p2"]
    assert server.fakes.posted[-1] == DeskOpened(ANN, "p2"), "the last word is that the desk is open"


def test_the_pulse_tells_each_screen_its_own_seqs(server: Server) -> None:
    ann, lea = server.guest("ann", ("desk",)), server.guest("lea", ("board",))
    until(lambda: all(any(name == "pulse" for name, _ in one.heard) for one in (ann, lea)), "no pulse")
    (_, of_ann), (_, of_lea) = (next(one for one in guest.heard if one[0] == "pulse") for guest in (ann, lea))
    assert (of_ann["board_seq"], of_lea["desk_seq"]) == (None, None)
    assert isinstance(of_ann["desk_seq"], int)
    assert isinstance(of_lea["board_seq"], int)
    assert of_ann["switch_up"] is True


@pytest.mark.parametrize("auth", [None, [], "x", {"want": None}, {"want": 7}, {"want": {}}, {"page": {"a": 1}}])
def test_an_odd_greeting_hears_nothing_and_breaks_nothing(server: Server, auth: Any) -> None:
    guest = Guest(server.rooms.socketio.test_client(server.app, headers=server.cookie("lea"), auth=auth))
    server.rooms.board(w.BoardChange(seq=1, now_ms=1))
    assert guest.kinds() == []


def test_a_socket_ends_with_its_session(server: Server) -> None:
    cookie = server.cookie("ann")
    guest = Guest(server.rooms.socketio.test_client(server.app, headers=cookie, auth={"want": ["desk"], "page": "p1"}))
    assert guest.socket.is_connected()
    server.fakes.people.close_session(cookie["Cookie"].partition("=")[2])
    until(lambda: not guest.socket.is_connected())
