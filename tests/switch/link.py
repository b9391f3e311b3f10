"""A TCP link between house and switch that a test can cut (both ends notice) or freeze (nobody is told)."""

import socket
import threading
from contextlib import suppress

from tests.switch.rig import LOOPBACK


class Link:
    """Forwards every connection to one port of this machine, while it is whole."""

    def __init__(self, target: int = 0) -> None:
        self.target = target
        self._whole = threading.Event()
        self._whole.set()
        self._moving = threading.Event()
        self._moving.set()
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break every connection, and each new one at once."""
        self._whole.clear()
        self._drop()

    def mend(self) -> None:
        """Carry connections again."""
        self._whole.set()

    def freeze(self) -> None:
        """Carry nothing any more, and tell nobody."""
        self._moving.clear()

    def thaw(self) -> None:
        """Carry again what was held back."""
        self._moving.set()

    def close(self) -> None:
        """End the link for good."""
        self._moving.set()
        self.cut()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self._whole.is_set():
                near.close()
                continue
            try:
                far = socket.create_connection((LOOPBACK, self.target))
            except OSError:
                near.close()
                continue
            self._ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while part := source.recv(65536):
                self._moving.wait()
                sink.sendall(part)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _drop(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()
