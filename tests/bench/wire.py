"""What went over the wire between the callers and the switch: keys and sound, with the kernel's own timestamps.

Needs CAP_NET_RAW, as do SIPp's callers. The kernel drops everything but the callers' keys and the switch's sound.
"""

import ctypes
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from callcenter.demo.dtmf import ALAW, EVENTS, KEYS, SAMPLES

SO_ATTACH_FILTER, SO_RCVBUFFORCE, SO_TIMESTAMPNS, SOL_PACKET, PACKET_STATISTICS, ETH_P_IP = 26, 33, 35, 263, 6, 0x800
"""Of Linux's socket.h, if_packet.h and if_ether.h; Python does not name them."""
STEPS = 14
ROOM_BYTES = 32 * 1024 * 1024
QUIET_SECONDS = 0.1
"""A prompt is over when nothing was heard for so long; a key before that cut it short."""
_SILENCE = b"\xd5\x55"
"""A-law of -15 to 15: silence, and noise that nobody hears."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One key whose last packet had gone out at `at_seconds`, and when the caller then heard sound again."""

    key: str
    at_seconds: float
    sound_after_seconds: float | None
    """None: nothing was heard within a second, or the key cut a prompt short, whose sound hides the next one's."""


class Wire:
    """Listens on loopback to the callers at one address and RTP port until it is closed."""

    def __init__(self, address: str, port: int) -> None:
        self._address = socket.inet_aton(address)
        self._port = port
        self._keys: dict[int, list[tuple[float, int, str]]] = defaultdict(list)
        self._sound: dict[int, list[float]] = defaultdict(list)
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_IP))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, ROOM_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        program = ctypes.create_string_buffer(_program(port), STEPS * 8)
        where = struct.pack("HL", STEPS, ctypes.addressof(program))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, where)
        self._socket.bind(("lo", ETH_P_IP))
        self._socket.settimeout(0.2)
        self._open = True
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening. Raises RuntimeError when the kernel had to drop packets: nothing can be concluded then."""
        self._open = False
        self._thread.join(5)
        _, dropped = struct.unpack("II", self._socket.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
        self._socket.close()
        if dropped:
            raise RuntimeError(
                f"监听丢失了 {dropped} 个包，请降低负载再试 / {dropped} packets missed: try with less load"
            )

    def keys(self) -> Sequence[Heard]:
        """Return every key that was sent, call by call, with the sound that followed it."""
        return [heard for port in self._keys for heard in self._of(port)]

    def _of(self, port: int) -> Sequence[Heard]:
        sound = sorted(self._sound[port])
        begins = [later for earlier, later in pairwise([0.0, *sound]) if later - earlier > QUIET_SECONDS]
        heard = []
        for at, _, key in self._keys[port]:
            before = [moment for moment in sound if at - QUIET_SECONDS < moment <= at]
            after = next((moment for moment in begins if at < moment < at + 1), None)
            heard.append(Heard(key, at, None if before or after is None else after - at))
        return heard

    def _listen(self) -> None:
        while self._open:
            try:
                packet, extra, _, _ = self._socket.recvmsg(512, 64)
            except TimeoutError:
                continue
            if self._address not in (packet[12:16], packet[16:20]):
                continue
            seconds, nanoseconds = struct.unpack("ll", extra[0][2])
            self._note(packet[(packet[0] & 15) * 4 :], seconds + nanoseconds / 1e9)

    def _note(self, udp: bytes, at: float) -> None:
        source, target = struct.unpack_from(">HH", udp)
        kind, rtp_time, payload = udp[9] & 0x7F, struct.unpack_from(">I", udp, 12)[0], udp[20:]
        if source == self._port:
            if kind == EVENTS and payload[1] & 0x80:
                before = self._keys[target][-1:]  # the end of a key is sent three times, under one timestamp
                if not before or before[0][1] != rtp_time or at - before[0][0] > 1:
                    self._keys[target].append((at, rtp_time, KEYS[payload[0]]))
        elif kind == ALAW and payload.translate(None, _SILENCE):
            self._sound[source].append(at)


def head_seconds(samples: Sequence[int]) -> float:
    """Return how long a sound's silent beginning is, in whole packets of the wire."""
    loud = next(place for place, sample in enumerate(samples) if abs(sample) > 15)
    return loud // SAMPLES * SAMPLES / 8000


def _program(port: int) -> bytes:
    """Return the kernel's filter: packets coming in, UDP, from `port` only keys, to `port` all."""
    load_byte, load_half, mask, equals, leave = 0x30, 0x48, 0x54, 0x15, 0x06
    steps = (
        (load_byte, 0, 0, 0xFFFFF004),  # kind of packet: 4 is the copy that goes out
        (equals, 11, 0, 4),
        (load_byte, 0, 0, 9),
        (equals, 0, 9, socket.IPPROTO_UDP),
        (0xB1, 0, 0, 0),  # x = length of the IP header
        (load_half, 0, 0, 0),
        (equals, 0, 3, port),
        (0x50, 0, 0, 9),
        (mask, 0, 0, 0x7F),
        (equals, 2, 3, EVENTS),
        (load_half, 0, 0, 2),
        (equals, 0, 1, port),
        (leave, 0, 0, 0xFFFF),
        (leave, 0, 0, 0),
    )
    return b"".join(struct.pack("HBBI", *step) for step in steps)
