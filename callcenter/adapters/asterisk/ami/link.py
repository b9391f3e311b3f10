"""One TCP connection to the switch: whole writes, a reading thread, answers by ActionID. Knows no event's meaning."""

import contextlib
import secrets
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from itertools import count
from queue import Empty, SimpleQueue
from time import monotonic

from callcenter.adapters.asterisk.ami.encode import Fields, encode
from callcenter.adapters.asterisk.ami.protocol import AmiEvent, AmiProtocol, AmiReply
from callcenter.service.ports import SwitchAway

READ_BYTES = 64 * 1024
SEND_SECONDS = 2

Answer = AmiReply | AmiEvent | None
"""A piece of an answer; None says that the link is gone."""


def away(reason: str) -> SwitchAway:
    """Return the error that says the switch cannot be asked now."""
    return SwitchAway(
        f"交换机连接不可用，稍后自动重连({reason})/ the switch cannot be asked now, reconnecting ({reason})"
    )


class Link:
    """A connection from its greeting to its loss. It is never used again after it was lost.

    `on_events` is called in the reading thread with each batch of wanted events, in the order of the stream.
    `lost` is set once, after the last batch.
    """

    def __init__(
        self, host: str, port: int, protocol: AmiProtocol, on_events: Callable[[list[AmiEvent]], None], timeout: float
    ) -> None:
        try:
            self._socket = socket.create_connection((host, port), timeout)
        except OSError as error:
            raise away(f"{host}:{port} {error.strerror or error}") from error
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_SECONDS, 0))
        self.protocol = protocol
        self.reason = ""
        self.lost = threading.Event()
        self._on_events = on_events
        self._sending = threading.Lock()
        self._waiting: dict[str, SimpleQueue[Answer]] = {}
        self._ids = count(1)
        self._id_start = f"cc-{secrets.token_hex(6)}-"
        self._reader = threading.Thread(target=self._read, name="ami-read", daemon=True)
        self._reader.start()

    def ask(self, fields: Fields, timeout: float) -> AmiReply:
        """Send one action and return its answer. Any thread.

        Raises:
            ValueError: a value cannot be sent (see `encode`); nothing was sent.
            SwitchAway: the link is lost, or no answer came in `timeout` seconds.
        """
        with self._answers(fields) as (action_id, answers):
            deadline = monotonic() + timeout
            self._send(encode(fields, action_id))
            while not isinstance(answer := self._next(answers, deadline), AmiReply):
                continue
            return answer

    def ask_list(self, fields: Fields, timeout: float) -> tuple[AmiReply, list[AmiEvent]]:
        """Send one list action and return its answer and the listed events, without the closing one. Any thread.

        Events of other calls in between are delivered as always. Errors as `ask`; a refused action has no events.
        """
        with self._answers(fields) as (action_id, answers):
            deadline = monotonic() + timeout
            self.protocol.collecting.add(action_id)
            self._send(encode(fields, action_id))
            reply: AmiReply | None = None
            listed: list[AmiEvent] = []
            while True:
                answer = self._next(answers, deadline)
                if isinstance(answer, AmiReply):
                    reply = answer
                    if not reply.success:
                        return reply, []
                elif reply and _ends_list(answer):
                    return reply, listed
                else:
                    listed.append(answer)

    def close(self, reason: str) -> None:
        """End the connection and wait a moment for the reading thread. Any thread; more than once is fine."""
        self.reason = self.reason or reason
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        if threading.current_thread() is not self._reader:
            self._reader.join(1)

    @contextlib.contextmanager
    def _answers(self, fields: Fields) -> Iterator[tuple[str, SimpleQueue[Answer]]]:
        given = fields.get("ActionID", "")
        action_id = given if given and isinstance(given, str) else f"{self._id_start}{next(self._ids)}"
        answers: SimpleQueue[Answer] = SimpleQueue()
        self._waiting[action_id] = answers
        try:
            if self.lost.is_set():
                raise away(self.reason)
            yield action_id, answers
        finally:
            self._waiting.pop(action_id, None)
            self.protocol.collecting.discard(action_id)

    def _next(self, answers: SimpleQueue[Answer], deadline: float) -> AmiReply | AmiEvent:
        try:
            answer = answers.get(timeout=max(0.0, deadline - monotonic()))
        except Empty:
            raise away("no answer in time") from None
        if answer is None:
            raise away(self.reason)
        return answer

    def _send(self, wire: bytes) -> None:
        try:
            with self._sending:  # two actions must not be mixed on the wire; SO_SNDTIMEO bounds the wait
                self._socket.sendall(wire)
        except OSError as error:
            self.close(f"send: {error.strerror}")
            raise away(self.reason) from error

    def _read(self) -> None:
        try:
            while data := self._socket.recv(READ_BYTES):
                if events := self._sort(self.protocol.feed(data)):
                    self._on_events(events)
            reason = "closed by the switch"
        except OSError as error:
            reason = f"read: {error.strerror}"
        self.reason = self.reason or reason
        self._socket.close()
        self.lost.set()
        for answers in list(self._waiting.values()):
            answers.put(None)

    def _sort(self, messages: list[AmiEvent | AmiReply]) -> list[AmiEvent]:
        """Hand answers to who waits for them, listed events too; return the events that are everybody's."""
        events = []
        collecting = self.protocol.collecting
        for message in messages:
            if isinstance(message, AmiReply):
                action_id = message.action_id
            elif not collecting or (action_id := message.get("ActionID")) not in collecting:
                events.append(message)
                continue
            if answers := self._waiting.get(action_id):
                answers.put(message)
        return events


def _ends_list(event: AmiEvent) -> bool:
    return event.get("EventList") in {"Complete", "cancelled"}
