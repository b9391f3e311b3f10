"""A caller who writes SIP byte by byte, so that it may call itself whatever it likes. Sends no sound."""

import itertools
import re
import socket

from tests.switch.rig import LOOPBACK

ADDRESS = "127.0.1.251"
_numbers = itertools.count(1)


class RawCaller:
    """One call. `sender` is what stands in From before the tag: bytes of the test's own."""

    def __init__(self, sip_port: int, dialed: str, sender: bytes) -> None:
        self._there = (LOOPBACK, sip_port)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ADDRESS, 0))
        self._socket.settimeout(5)
        self._port = int(self._socket.getsockname()[1])
        self._id = f"raw-{self._port}-{next(_numbers)}"
        self._uri = f"sip:{dialed}@{LOOPBACK}:{sip_port}"
        self._from = sender + f";tag={self._id}".encode()
        self._to = f"<{self._uri}>".encode()
        self._sequence = 0
        self.over = False

    def call(self) -> None:
        """Dial; returns once the switch answered."""
        sdp = (
            f"v=0\r\no=- 1 1 IN IP4 {ADDRESS}\r\ns=-\r\nc=IN IP4 {ADDRESS}\r\nt=0 0\r\n"
            f"m=audio {self._port + 1 if self._port < 65535 else 40000} RTP/AVP 8\r\na=sendrecv\r\n"
        )
        self._send("INVITE", "application/sdp", sdp)
        answer = self._answer("INVITE")
        found = re.search(rb"\r\nTo: ?([^\r]+)", answer)
        assert found
        self._to = found.group(1)
        self._send("ACK")

    def press(self, key: str) -> None:
        """Press one key (SIP INFO)."""
        self._send("INFO", "application/dtmf-relay", f"Signal={key}\r\nDuration=160\r\n")
        self._answer("INFO")

    def wait_for_the_end(self) -> None:
        """Wait until the switch hangs up, and agree."""
        while not self.over:
            self._take()

    def close(self) -> None:
        """Hang up, whatever the switch thinks of it."""
        if not self.over:
            self._send("BYE")
        self._socket.close()

    def _send(self, method: str, kind: str = "", body: str = "") -> None:
        if method != "ACK":
            self._sequence += 1
        content = f"Content-Type: {kind}\r\n" if kind else ""
        head = (
            f"{method} {self._uri} SIP/2.0\r\nVia: SIP/2.0/UDP {ADDRESS}:{self._port}"
            f";branch=z9hG4bK{self._id}{method}{self._sequence}\r\nMax-Forwards: 70\r\n"
        ).encode()
        head += b"From: " + self._from + b"\r\nTo: " + self._to + b"\r\n"
        tail = (
            f"Call-ID: {self._id}\r\nCSeq: {self._sequence} {method}\r\nContact: <sip:{ADDRESS}:{self._port}>\r\n"
            f"{content}Content-Length: {len(body)}\r\n\r\n{body}"
        )
        self._socket.sendto(head + tail.encode(), self._there)

    def _answer(self, method: str) -> bytes:
        while True:
            told = self._take()
            if not told.startswith(b"SIP/2.0") or f" {method}\r\n".encode() not in told:
                continue
            status = int(told[8:11])
            if status >= 200:
                assert status == 200, told.partition(b"\r\n")[0]
                return told

    def _take(self) -> bytes:
        told = self._socket.recv(8192)
        if told.startswith(b"BYE "):
            self.over = True
            kept = re.findall(rb"\r\n((?:Via|From|To|Call-ID|CSeq): ?[^\r]+)", told)
            self._socket.sendto(
                b"SIP/2.0 200 OK\r\n" + b"\r\n".join(kept) + b"\r\nContent-Length: 0\r\n\r\n", self._there
            )
        return told
