"""A scripted switch on a loopback socket: answers Login and Ping, can fall silent, be cut and send anything."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Fields = dict[str, str]
Script = Callable[[Fields], bytes]

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def reply(fields: Fields, *lines: str, response: str = "Success") -> bytes:
    return "\r\n".join([f"Response: {response}", f"ActionID: {fields['ActionID']}", *lines, "", ""]).encode()


def event(name: str, *lines: str) -> bytes:
    return "\r\n".join([f"Event: {name}", *lines, "", ""]).encode()


class ScriptedSwitch:
    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.wire = b""
        self.actions: list[Fields] = []
        self.silent = False
        self.answers: dict[str, Script] = {
            "Login": lambda fields: reply(fields, "Message: Authentication accepted") + event("FullyBooted"),
            "Ping": lambda fields: reply(fields, "Ping: Pong"),
            "Logoff": lambda fields: reply(fields, response="Goodbye"),
        }
        self.connections: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def send(self, text: bytes) -> None:
        self.connections[-1].sendall(text)

    def cut(self) -> None:
        connection = self.connections[-1]
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.listener.close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.connections.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            connection.sendall(GREETING)
            for block in self._blocks(connection):
                fields = dict(line.split(": ", 1) for line in block.decode().split("\r\n"))
                self.actions.append(fields)
                script = self.answers.get(fields["Action"], reply)
                if not self.silent:
                    connection.sendall(script(fields))

    def _blocks(self, connection: socket.socket) -> Iterator[bytes]:
        buffer = b""
        while data := connection.recv(65536):
            self.wire += data
            buffer += data
            *blocks, buffer = buffer.split(b"\r\n\r\n")
            yield from blocks
