"""A scripted switch's side of one FastAGI session, over a socket pair or a real connection."""

import contextlib
import socket
import threading
from collections.abc import Callable, Sequence

from callcenter.adapters.asterisk.agi.line import AgiLine
from callcenter.adapters.asterisk.agi.protocol import AgiProtocol

ENVIRONMENT = {
    "agi_network": "yes",
    "agi_network_script": "call",
    "agi_request": "agi://127.0.0.1/call",
    "agi_channel": "PJSIP/trunk-00000001",
    "agi_uniqueid": "1795360377.0",
    "agi_callerid": "13900000001",
    "agi_calleridname": "李娜",
    "agi_dnid": "95500",
    "agi_extension": "wait",
}

Answer = bytes | Callable[[bytes], bytes]


def environment(**changed: str) -> bytes:
    lines = {**ENVIRONMENT, **changed}
    return "".join(f"{name}: {value}\n" for name, value in lines.items()).encode() + b"\n"


class ScriptedCaller:
    """Answers each command with the next of `answers` (the last one again and again) and keeps what it was sent."""

    def __init__(self, connection: socket.socket, answers: Sequence[Answer]) -> None:
        self.commands: list[bytes] = []
        self.connection = connection
        self._answers = list(answers)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        buffer = b""
        with contextlib.suppress(OSError):
            while data := self.connection.recv(65536):
                *lines, buffer = (buffer + data).split(b"\n")
                for line in lines:
                    self.commands.append(line)
                    answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
                    self.connection.sendall(answer(line) if callable(answer) else answer)


def line_with(*answers: Answer, **changed: str) -> tuple[AgiLine, ScriptedCaller]:
    """Return a line whose switch gives these answers."""
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    protocol = AgiProtocol()
    heard = protocol.feed(environment(**changed))
    assert isinstance(heard[0], dict)
    return AgiLine(ours, protocol, heard[0]), ScriptedCaller(theirs, answers)
