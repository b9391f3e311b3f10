"""Gives each FastAGI caller a thread and hands the line to a flow. Knows no flow."""

import threading
from collections.abc import Callable, Collection
from queue import Empty, SimpleQueue

import structlog

from callcenter.adapters.asterisk.agi.line import AgiLine
from callcenter.adapters.asterisk.agi.lobby import Lobby, Visitor
from callcenter.adapters.asterisk.agi.protocol import Environment
from callcenter.adapters.asterisk.fault import place, worth_a_line
from callcenter.service.ports import CallerGone

log = structlog.get_logger(__name__)

ENVIRONMENT_SECONDS = 5.0
"""How long a peer may take to say who calls; the switch takes some milliseconds."""

REST_SECONDS = 30.0
"""How long a thread waits for its next caller; making a new one costs as much as a short session."""


class AgiServer:
    """A FastAGI server. `serve` has a daemon thread to itself for each caller; when it returns the dialplan goes on.

    Only a whole environment from an allowed address costs a thread. What `serve` raises is counted in `faults` and
    logged; CallerGone is the usual end of a call and neither.
    """

    def __init__(
        self,
        host: str,
        port: int,
        serve: Callable[[AgiLine], object],
        *,
        allowed: Collection[str] = ("127.0.0.1",),
        limit: int = 400,
        environment_seconds: float = ENVIRONMENT_SECONDS,
    ) -> None:
        self._address = (host, port)
        self._serve = serve
        self._allowed = allowed
        self._limit = limit
        self._environment_seconds = environment_seconds
        self._lobby: Lobby | None = None
        self._lines: set[AgiLine] = set()
        self._resting: list[SimpleQueue[AgiLine]] = []
        self.served = 0
        self.faults = 0
        self.overflow = 0
        """Callers sent back to the dialplan because `limit` sessions were running."""

    def start(self) -> None:
        """Listen; returns when the port is open. Raises OSError when it is taken."""
        self._lobby = Lobby(*self._address, self._admit, self._allowed, self._environment_seconds)

    def stop(self) -> None:
        """Close the port and every session: `serve` meets CallerGone at its next command, the caller goes on."""
        if self._lobby:
            self._lobby.close()
        for line in list(self._lines):
            line.end()

    @property
    def port(self) -> int:
        """Return the port that is listened on; the one the system chose when 0 was asked for, 0 before `start`."""
        return self._lobby.port if self._lobby else 0

    @property
    def live(self) -> int:
        """Return how many callers are in sessions now."""
        return len(self._lines)

    @property
    def strangers(self) -> int:
        """Return how many connections came from an address that is not allowed."""
        return self._lobby.strangers if self._lobby else 0

    @property
    def unfinished(self) -> int:
        """Return how many connections ended, or were sent away, before they said who calls."""
        return self._lobby.unfinished if self._lobby else 0

    def _admit(self, visitor: Visitor, environment: Environment) -> None:
        if len(self._lines) >= self._limit:
            self.overflow += 1
            visitor.connection.close()
            log.warning("agi session refused", limit=self._limit)
            return
        line = AgiLine(visitor.connection, visitor.protocol, environment)
        self._lines.add(line)
        try:
            self._resting.pop().put(line)
        except IndexError:
            threading.Thread(target=self._work, args=(line,), name="agi-session", daemon=True).start()

    def _work(self, line: AgiLine) -> None:
        """Serve one caller after another; end after a rest without a caller."""
        inbox: SimpleQueue[AgiLine] = SimpleQueue()
        while True:
            self._run(line)
            self._resting.append(inbox)
            try:
                line = inbox.get(timeout=REST_SECONDS)
            except Empty:
                try:
                    self._resting.remove(inbox)
                except ValueError:  # taken just now: a caller is on the way
                    line = inbox.get()
                else:
                    return

    def _run(self, line: AgiLine) -> None:
        try:
            self._serve(line)
        except CallerGone:
            pass
        except Exception as error:  # any fault of a flow; the caller goes on in the dialplan
            self.faults += 1
            if worth_a_line(self.faults):
                kind = type(error).__name__
                log.error("agi session failed", call=line.call, error=kind, place=place(error), faults=self.faults)
        finally:
            self._lines.discard(line)
            self.served += 1
            line.close()
