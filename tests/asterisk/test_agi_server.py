"""The FastAGI door: callers come in, health checks and half-open visitors cost them nothing."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from callcenter.adapters.asterisk.agi.line import AgiLine
from callcenter.adapters.asterisk.agi.lobby import PLACES
from callcenter.adapters.asterisk.agi.server import AgiServer
from callcenter.service.ports import CallerGone
from tests.asterisk.deadline import wait_for
from tests.asterisk.figures import figure
from tests.asterisk.scripted_agi import ScriptedCaller, environment

Serve = Callable[[AgiLine], None]
Open = Callable[..., AgiServer]


@pytest.fixture
def opened() -> Iterator[Open]:
    servers: list[AgiServer] = []

    def open_server(serve: Serve, **options: object) -> AgiServer:
        server = AgiServer("127.0.0.1", 0, serve, **options)  # type: ignore[arg-type]
        server.start()
        servers.append(server)
        return server

    yield open_server
    for server in servers:
        server.stop()


def call(server: AgiServer, *answers: bytes, **changed: str) -> ScriptedCaller:
    connection = socket.create_connection(("127.0.0.1", server.port))
    connection.sendall(environment(**changed))
    return ScriptedCaller(connection, answers or (b"200 result=0\n",))


def test_a_caller_is_served_and_given_back_to_the_dialplan(opened: Open) -> None:
    served: list[str] = []

    def serve(line: AgiLine) -> None:
        line.put("CC_NEXT", "agent")
        served.append(f"{line.number} {line.name}")

    caller = call(opened(serve), b"200 result=1\n")
    caller.thread.join(5)
    assert not caller.thread.is_alive()
    assert served == ["13900000001 李娜"]


def test_sessions_share_one_core_and_the_rest_of_the_process_keeps_all(opened: Open) -> None:
    every, seen = os.sched_getaffinity(0), []
    server = opened(lambda line: seen.append(frozenset(os.sched_getaffinity(0))))
    for _ in range(5):
        call(server).thread.join(5)
    wait_for(lambda: len(seen) == 5)
    assert len(set(seen)) == 1
    assert len(seen[0]) == 1
    assert seen[0] <= every
    assert os.sched_getaffinity(0) == every


def test_a_fault_in_a_session_is_counted_and_harms_no_other(opened: Open, capfd: pytest.CaptureFixture[str]) -> None:
    def serve(line: AgiLine) -> None:
        if line.number == "13911112222":
            raise KeyError(line.number)
        line.get("X")

    server = opened(serve)
    for number in ("13911112222", "1", "13911112222", "2"):
        call(server, agi_callerid=number).thread.join(5)
    wait_for(lambda: server.served == 4)
    assert server.faults == 2
    assert server.live == 0
    assert "13911112222" not in "".join(capfd.readouterr())


def test_r14_a_thousand_health_checks_and_half_environments_cost_a_live_caller_nothing(opened: Open) -> None:
    done = threading.Event()

    def serve(line: AgiLine) -> None:
        while not done.is_set():
            line.wait_key(0)
        line.put("CC_NEXT", "agent")

    server = opened(serve, environment_seconds=0.2)
    live = [call(server) for _ in range(20)]
    wait_for(lambda: server.live == 20)
    for _ in range(1000):
        socket.create_connection(("127.0.0.1", server.port)).close()
    wait_for(lambda: server.unfinished >= 1000, 10)
    half: list[socket.socket] = []
    for _ in range(1000):
        half.append(socket.create_connection(("127.0.0.1", server.port)))
        half[-1].sendall(b"agi_network: yes\nagi_ch")
        assert server._lobby.waiting <= PLACES
        if len(half) > 200:
            half.pop(0).close()
    before = [len(caller.commands) for caller in live]
    wait_for(lambda: all(len(caller.commands) > one for caller, one in zip(live, before, strict=True)))
    late = call(server)
    wait_for(lambda: len(late.commands) > 2)
    wait_for(lambda: server.unfinished >= 2000, 10)
    affected = sum(caller.commands[-1] != b"WAIT FOR DIGIT 0" for caller in live)
    done.set()
    for caller in live:
        caller.thread.join(5)
    affected += sum(not caller.commands[-1].startswith(b"SET VARIABLE") for caller in live)
    figure("R14", f"connect_close 1000 half_environments 1000 live 20 affected {affected} threads_for_them 0")
    assert affected == 0
    assert server.faults == 0
    for visitor in half:
        visitor.close()


def test_a_peer_outside_the_list_is_never_served(opened: Open) -> None:
    served: list[AgiLine] = []
    server = opened(served.append, allowed=("127.0.0.9",))
    for _ in range(20):
        stranger = socket.create_connection(("127.0.0.1", server.port))
        stranger.sendall(environment())
        with contextlib.suppress(ConnectionResetError):
            assert stranger.recv(1) == b""
        stranger.close()
    friend = socket.create_connection(("127.0.0.1", server.port), source_address=("127.0.0.9", 0))
    friend.sendall(environment())
    wait_for(lambda: len(served) == 1)
    figure("S15", f"strangers {server.strangers} served 0")
    assert server.strangers == 20
    friend.close()


def test_more_callers_than_the_limit_go_on_in_the_dialplan(opened: Open) -> None:
    def serve(line: AgiLine) -> None:
        while True:
            line.wait_key(0)

    server = opened(serve, limit=2)
    first = [call(server) for _ in range(2)]
    wait_for(lambda: server.live == 2)
    call(server).thread.join(5)
    assert server.overflow == 1
    first[0].connection.shutdown(socket.SHUT_RDWR)
    wait_for(lambda: server.live == 1)
    third = call(server)
    wait_for(lambda: len(third.commands) > 1)


def test_r12_a_stop_ends_every_session_with_caller_gone(opened: Open) -> None:
    ends: list[type[BaseException]] = []

    def serve(line: AgiLine) -> None:
        try:
            line.wait_key(60)
        except CallerGone as gone:
            ends.append(type(gone))
            raise

    server = opened(serve)
    callers = [call(server, b"") for _ in range(30)]
    wait_for(lambda: all(caller.commands for caller in callers))
    server.stop()
    wait_for(lambda: len(ends) == 30)
    for caller in callers:
        caller.thread.join(5)
        assert not caller.thread.is_alive()
    assert server.faults == 0


def test_an_environment_in_small_pieces_and_one_without_end(opened: Open) -> None:
    served: list[str] = []
    server = opened(lambda line: served.append(line.call))
    slow = socket.create_connection(("127.0.0.1", server.port))
    for byte in environment():
        slow.sendall(bytes([byte]))
    wait_for(lambda: served == ["1795360377.0"])
    flood = socket.create_connection(("127.0.0.1", server.port))
    flood.sendall(b"agi_x: y\n" * 500)
    wait_for(lambda: server.unfinished == 1)
    slow.close()
    flood.close()
