"""Where FastAGI connections wait until they have said who calls; one thread. Knows no flow and no session."""

import os
import selectors
import socket
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic, sleep

import structlog

from callcenter.adapters.asterisk.agi.protocol import AgiProtocol, Environment, Flooded
from callcenter.adapters.asterisk.agi.session import ANSWER_SECONDS, timeval

log = structlog.get_logger(__name__)

READ_BYTES = 16 * 1024
PLACES = 128
"""How many peers may stand there without having said who calls; one more sends the oldest away."""


@dataclass(slots=True)
class Visitor:
    """A connection and what it has said so far."""

    connection: socket.socket
    since: float
    protocol: AgiProtocol = field(default_factory=AgiProtocol)


Admit = Callable[[Visitor, Environment], None]


class Lobby:
    """Accepts connections and hands each whole environment to `admit`, in the lobby's thread; `admit` must not wait.

    That thread, and every thread started in it, stays on one core.
    """

    def __init__(self, host: str, port: int, admit: Admit, allowed: Collection[str], seconds: float) -> None:
        self.strangers = 0
        """Connections from an address that is not allowed."""
        self.unfinished = 0
        """Connections that ended, or were sent away, before they said who calls."""
        self._admit = admit
        self._allowed = frozenset(allowed)
        self._seconds = seconds
        self._waiting: dict[socket.socket, Visitor] = {}
        self._stopping = False
        self._listener = socket.create_server((host, port), backlog=1024)
        self._listener.setblocking(False)
        # The kernel keeps a connection back until it speaks; the other two options go on to each connection.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, max(1, round(seconds)))
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval(ANSWER_SECONDS))
        self.port = int(self._listener.getsockname()[1])
        self._wake, self._woken = socket.socketpair()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._receive, name="agi-lobby", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Return how many have not said yet who calls."""
        return len(self._waiting)

    def close(self) -> None:
        """Close the port and send away who waits. More than once is fine."""
        self._stopping = True
        with suppress(OSError):  # the thread saw by itself that it is over, and closed its ends
            self._wake.send(b"x")
        self._thread.join(2)

    def _receive(self) -> None:
        _stay_on_one_core()
        while not self._stopping:
            for key, _ in self._selector.select(self._seconds / 4 if self._waiting else None):
                visitor = key.data
                if key.fileobj is self._listener:
                    self._accept()
                elif visitor and visitor.connection in self._waiting:
                    self._dealt_with(visitor)
            self._send_late_away()
        for visitor in list(self._waiting.values()):
            self._dismiss(visitor)
        self._selector.close()
        for end in (self._listener, self._wake, self._woken):
            end.close()

    def _accept(self) -> None:
        try:
            connection, peer = self._listener.accept()
        except (BlockingIOError, ConnectionError):
            return
        except OSError as error:  # out of files: the port stays readable, so make room and wait a moment
            log.error("agi cannot accept", error=error.strerror)
            for visitor in list(self._waiting.values()):
                self._dismiss(visitor)
            sleep(0.05)
            return
        if peer[0] not in self._allowed:
            self.strangers += 1
            connection.close()
            log.warning("agi stranger sent away", peer=peer[0])
            return
        visitor = Visitor(connection, monotonic())
        if self._dealt_with(visitor):
            return
        if len(self._waiting) >= PLACES:
            self._dismiss(next(iter(self._waiting.values())))
        self._waiting[connection] = visitor
        self._selector.register(connection, selectors.EVENT_READ, visitor)

    def _dealt_with(self, visitor: Visitor) -> bool:
        """Read what has come; return whether the visitor was admitted or is gone."""
        try:
            received = visitor.connection.recv(READ_BYTES, socket.MSG_DONTWAIT)
            heard = visitor.protocol.feed(received)
        except BlockingIOError:
            return False
        except (OSError, Flooded):
            received, heard = b"", []
        if not received:
            self._dismiss(visitor)
            return True
        if heard and isinstance(heard[0], dict):
            self._leave(visitor)
            self._admit(visitor, heard[0])
        return bool(heard)

    def _send_late_away(self) -> None:
        late = monotonic() - self._seconds
        while self._waiting and (oldest := next(iter(self._waiting.values()))).since < late:
            self._dismiss(oldest)

    def _dismiss(self, visitor: Visitor) -> None:
        self.unfinished += 1
        self._leave(visitor)
        visitor.connection.close()

    def _leave(self, visitor: Visitor) -> None:
        if self._waiting.pop(visitor.connection, None):
            self._selector.unregister(visitor.connection)


def _stay_on_one_core() -> None:
    """Keep this thread, and those that it starts, on one core of those it may use.

    Python lets one of them run at a time, and handing over between cores costs far more than on one: with 50 sessions
    at once a session took four times as many thread switches and three times the CPU. The rest of the process is free.
    """
    cores = sorted(os.sched_getaffinity(0))
    with suppress(OSError):  # a container may forbid it; then it is only slower
        os.sched_setaffinity(0, {cores[os.getpid() % len(cores)]})
