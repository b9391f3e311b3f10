"""pyst2's Manager, mended and typed: its actions and callbacks, on our own link. Knows no event's meaning."""

import threading
from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue

import structlog
from asterisk.manager import Manager, ManagerException

from callcenter.adapters.asterisk.ami.link import Link, away
from callcenter.adapters.asterisk.ami.protocol import EVERY, AmiEvent, AmiProtocol, AmiReply
from callcenter.adapters.asterisk.fault import place, worth_a_line

log = structlog.get_logger(__name__)

Callback = Callable[[AmiEvent, "Ami"], object]
Deed = Callable[[], object]


class Ami(Manager):  # type: ignore[misc]  # pyst2 has no types
    """pyst2 0.5.1's Manager with its faults mended; `ping`, `hangup`, `redirect`, `command` ... are pyst2's own.

    - M1 a ChanVariable header killed the message thread (`has_key`): blocks are read by AmiProtocol, repeats kept.
    - M2 answers were matched by their order: they are matched by ActionID, any thread may ask.
    - M3 nothing had a timeout: connect, log-in, every action and close have one.
    - M4 an exception in a callback ended all events: it is counted in `faults`, logged, and the next event goes on.
    - M5 an object could connect once only and told nobody of a loss: `connect` works again, `lost` is set.
    - M6 the default dictionary of `send_action` was shared by all calls: fields are copied.
    - M7 'status will follow' anywhere in a text swallowed the stream: lists are collected by ActionID.
    - M8 of a console command's repeated Output lines the last was kept: `reply.output` has all.
    - M9 a line break in a value became a new header: refused before anything is sent.
    - M10 old thread calls and unbuffered, partial writes: daemon threads by keyword, `sendall`.
    - M11 no repeated Variable, ChannelId or ActionID in `originate`: `send_action` takes a mapping with lists.
    """

    def __init__(self, wanted: frozenset[str] = EVERY) -> None:
        # pyst2's own __init__ makes threads that can start only once (M5) by calls that warn (M10).
        self.title = ""
        self.version = ""
        self.faults = 0
        self._wanted = wanted
        self._link: Link | None = None
        self._event_callbacks: dict[str, list[Callback]] = {}
        self._event_queue: SimpleQueue[list[AmiEvent] | Deed | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._held: list[AmiEvent] | None = None
        self.event_dispatch_thread: threading.Thread | None = None

    def __del__(self) -> None:
        """Do nothing: pyst2 logs off here, over a network, inside the garbage collector."""

    @property
    def lost(self) -> threading.Event:
        """Return what is set when the present connection ends, after its last event."""
        return self._linked().lost

    @property
    def lost_reason(self) -> str:
        """Return why the last connection ended, '' while it lives."""
        return self._link.reason if self._link else ""

    @property
    def protocol(self) -> AmiProtocol:
        """Return the reading side of the present connection, with its counts."""
        return self._linked().protocol

    def connected(self) -> bool:
        """Return whether a connection is open."""
        return self._link is not None and not self._link.lost.is_set()

    @property
    def ready(self) -> bool:
        """Return whether a connection is open and logged in."""
        return self._held is None and self.connected()

    def connect(self, host: str, port: int = 5038, timeout: float = 2.0) -> None:
        """Open a connection, the first or a later one. Events wait until `login`. Raises SwitchAway."""
        if self.connected():
            raise ManagerException("Already connected to manager")
        with self._gate:
            self._held = []
        self._link = Link(host, port, AmiProtocol(self._wanted), self._receive, timeout)
        if self.event_dispatch_thread is None or not self.event_dispatch_thread.is_alive():
            self.event_dispatch_thread = threading.Thread(target=self.event_dispatch, name="ami-events", daemon=True)
            self.event_dispatch_thread.start()

    def login(self, username: str, secret: str, first: Deed | None = None) -> AmiReply:
        """Log in and return the switch's answer; `first` is done by the event thread before any event.

        Raises SwitchAway, or pyst2's ManagerAuthException when the switch says no.
        """
        reply: AmiReply = super().login(username, secret)
        self.title, self.version = "Asterisk Call Manager", self.protocol.version
        self.release(first)
        return reply

    def release(self, first: Deed | None = None) -> None:
        """Let events through to the callbacks, those that waited first; `first` is done before any of them."""
        with self._gate:
            if first:
                self.post(first)
            if self._held:
                self._event_queue.put(self._held)
            self._held = None

    def send_action(
        self, cdict: Mapping[str, str | Sequence[str]] | None = None, timeout: float = 2.0, **kwargs: str
    ) -> AmiReply:
        """Send one action and return its answer, also a refusal. Any thread. Raises ValueError or SwitchAway."""
        return self._linked().ask({**(cdict or {}), **kwargs}, timeout)

    def send_list_action(
        self, cdict: Mapping[str, str | Sequence[str]], timeout: float = 5.0
    ) -> tuple[AmiReply, list[AmiEvent]]:
        """Send a list action and return its answer and what it listed. Any thread. Raises ValueError or SwitchAway."""
        return self._linked().ask_list(cdict, timeout)

    def post(self, deed: Deed) -> None:
        """Let the event thread do something between two events."""
        self._event_queue.put(deed)

    def drop(self, reason: str) -> None:
        """End the connection without a word, as after a silence; `lost` is set."""
        self._linked().close(reason)

    def close(self) -> None:
        """Log off, end the connection and the event thread. Never blocks for more than about three seconds."""
        if self._link:
            if self.connected():
                try:
                    self.send_action({"Action": "Logoff"}, timeout=0.5)
                except Exception as error:  # closing goes on whatever the switch says
                    log.info("ami logoff not answered", error=type(error).__name__)
            self._link.close("closed by us")
        thread, self.event_dispatch_thread = self.event_dispatch_thread, None
        if thread:
            self._event_queue.put(None)
            if thread is not threading.current_thread():
                thread.join(1)

    def event_dispatch(self) -> None:
        """Hand events to the callbacks, one thread, in the order of the stream, for the life of this object."""
        while (item := self._event_queue.get()) is not None:
            if callable(item):
                self._guard("*", item)
                continue
            for event in item:
                for callback in (*self._event_callbacks.get(event.name, ()), *self._event_callbacks.get("*", ())):
                    if self._guard(event.name, callback, event, self):
                        break

    def _guard(self, name: str, deed: Callable[..., object], *args: object) -> object:
        try:
            return deed(*args)
        except Exception as error:  # any fault of a callback; the next event must go on
            self.faults += 1
            if worth_a_line(self.faults):
                kind = type(error).__name__
                log.error("ami callback failed", event_name=name, error=kind, place=place(error), faults=self.faults)
            return None

    def _receive(self, events: list[AmiEvent]) -> None:
        with self._gate:
            if self._held is not None:
                self._held += events
                return
        self._event_queue.put(events)

    def _linked(self) -> Link:
        if self._link is None:
            raise away("not connected yet")
        return self._link
