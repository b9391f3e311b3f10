"""Takes FastAGI connections in: who may come, how many, and one thread for each caller. Knows no flow."""

import selectors
import socket
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from time import monotonic, sleep

import structlog

from callcenter.adapters.asterisk.agi.line import AgiLine
from callcenter.adapters.asterisk.agi.protocol import AgiProtocol, Flooded
from callcenter.adapters.asterisk.agi.session import ANSWER_SECONDS, timeval
from callcenter.adapters.asterisk.fault import place
from callcenter.service.ports import CallerGone

log = structlog.get_logger(__name__)

READ_BYTES = 16 * 1024
ENVIRONMENT_SECONDS = 5.0
"""How long a peer may take to say who calls; the switch takes some milliseconds."""

LOBBY = 128
"""How many peers may stand there without having said who calls; one more sends the oldest away."""


@dataclass(slots=True)
class _Visitor:
    connection: socket.socket
    since: float
    protocol: AgiProtocol = field(default_factory=AgiProtocol)


class AgiServer:
    """A FastAGI server. `serve` runs in its own daemon thread for each caller; when it returns the dialplan goes on.

    One lobby thread accepts and reads environments; only a whole environment costs a thread. What `serve` raises is
    counted in `faults` and logged; CallerGone is the usual end of a call and neither.
    """

    def __init__(
        self,
        host: str,
        port: int,
        serve: Callable[[AgiLine], None],
        *,
        allowed: Collection[str] = ("127.0.0.1",),
        limit: int = 400,
        environment_seconds: float = ENVIRONMENT_SECONDS,
    ) -> None:
        self._address = (host, port)
        self._serve = serve
        self._allowed = frozenset(allowed)
        self._limit = limit
        self._patience = environment_seconds
        self._lobby: dict[socket.socket, _Visitor] = {}
        self._lines: set[AgiLine] = set()
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.served = 0
        self.faults = 0
        self.strangers = 0
        """Connections from an address that is not allowed."""
        self.unfinished = 0
        """Connections that ended, or were sent away, before they said who calls."""
        self.overflow = 0
        """Callers sent back to the dialplan because `limit` sessions were running."""

    def start(self) -> None:
        """Listen; returns when the port is open. Raises OSError when it is taken."""
        self._listener = socket.create_server(self._address, backlog=1024)
        self._listener.setblocking(False)
        # Linux hands both options on to each accepted connection.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval(ANSWER_SECONDS))
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._receive, name="agi-lobby", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """Return the port that is listened on; the one the system chose when 0 was asked for."""
        return int(self._listener.getsockname()[1])

    @property
    def live(self) -> int:
        """Return how many callers are in sessions now."""
        return len(self._lines)

    def stop(self) -> None:
        """Close the port and every session: `serve` meets CallerGone at its next command, the caller goes on."""
        self._stopping = True
        if self._thread and self._thread.is_alive():
            self._wake.send(b"x")
            self._thread.join(2)
        for line in list(self._lines):
            line.end()

    def _receive(self) -> None:
        while not self._stopping:
            for key, _ in self._selector.select(self._patience / 4 if self._lobby else None):
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.data, _Visitor):
                    self._listen_to(key.data)
            self._send_late_away()
        for visitor in list(self._lobby.values()):
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
            for visitor in list(self._lobby.values()):
                self._dismiss(visitor)
            sleep(0.05)
            return
        if peer[0] in self._allowed:
            self._admit(connection)
        else:
            self.strangers += 1
            connection.close()
            log.warning("agi stranger sent away", peer=peer[0])

    def _admit(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        visitor = _Visitor(connection, monotonic())
        self._lobby[connection] = visitor
        self._selector.register(connection, selectors.EVENT_READ, visitor)
        if len(self._lobby) > LOBBY:
            self._dismiss(next(iter(self._lobby.values())))

    def _listen_to(self, visitor: _Visitor) -> None:
        if visitor.connection not in self._lobby:
            return
        try:
            received = visitor.connection.recv(READ_BYTES)
            heard = visitor.protocol.feed(received) if received else None
        except BlockingIOError:
            return
        except (OSError, Flooded):
            heard = None
        if heard is None:
            self._dismiss(visitor)
        elif heard:
            self._leave_lobby(visitor)
            self._open(visitor, heard[0])

    def _open(self, visitor: _Visitor, environment: object) -> None:
        if len(self._lines) >= self._limit or not isinstance(environment, dict):
            self.overflow += 1
            visitor.connection.close()
            log.warning("agi session refused", limit=self._limit)
            return
        visitor.connection.setblocking(True)
        line = AgiLine(visitor.connection, visitor.protocol, environment)
        self._lines.add(line)
        threading.Thread(target=self._run, args=(line,), name=f"agi-{line.call}", daemon=True).start()

    def _run(self, line: AgiLine) -> None:
        try:
            self._serve(line)
        except CallerGone:
            pass
        except Exception as error:  # any fault of a flow; the caller goes on in the dialplan
            self.faults += 1
            log.error("agi session failed", call=line.call, error=type(error).__name__, place=place(error))
        finally:
            self._lines.discard(line)
            self.served += 1
            line.close()

    def _send_late_away(self) -> None:
        late = monotonic() - self._patience
        while self._lobby and (oldest := next(iter(self._lobby.values()))).since < late:
            self._dismiss(oldest)

    def _dismiss(self, visitor: _Visitor) -> None:
        self.unfinished += 1
        self._leave_lobby(visitor)
        visitor.connection.close()

    def _leave_lobby(self, visitor: _Visitor) -> None:
        del self._lobby[visitor.connection]
        self._selector.unregister(visitor.connection)
