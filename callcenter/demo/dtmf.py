"""Turns a caller's program of keys and waits into one RTP stream in a pcap file, which SIPp can send.

Keys are RFC 4733 events with a true sequence, timestamp, marker and end bits, so that any digits in any order arrive.
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

KEYS = "0123456789*#ABCD"
PACKET_MS = 20
SAMPLES = 160
KEY_PACKETS = 5
GAP_PACKETS = 5
ALAW, EVENTS = 8, 101
_SILENCE = b"\xd5" * SAMPLES
_SSRC = 0x43414C4C


@dataclass(frozen=True, slots=True)
class Wait:
    """Silence, or the caller's tone, for this long."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Press:
    """One key."""

    key: str


Step = Wait | Press


def steps_of(program: tuple[str, ...]) -> tuple[Step, ...]:
    """Return the steps of a program such as ("wait 3.0", "1", "wait 2", "20001234#").

    Raises:
        ValueError: a step is neither a wait nor keys.
    """
    return tuple(step for words in program for step in _steps(words))


def _steps(words: str) -> Iterator[Step]:
    if words.startswith("wait "):
        yield Wait(float(words[5:]))
        return
    if not words or any(key not in KEYS for key in words):
        raise ValueError(f"不是按键也不是 wait：{words!r} / neither keys nor a wait")
    yield from (Press(key) for key in words)


def write_pcap(path: Path, steps: tuple[Step, ...], least_seconds: float = 0.0, tone_hz: int = 0) -> float:
    """Write the stream of `steps`, then silence or tone up to `least_seconds`; return its length in seconds."""
    stream = _Stream(tone_hz)
    for step in steps:
        if isinstance(step, Wait):
            stream.sound(step.seconds)
        else:
            stream.press(step.key)
    stream.sound(least_seconds - stream.seconds)
    path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(stream.frames))
    return stream.seconds


def write_sound(path: Path, tone_hz: int = 0) -> None:
    """Write one second of A-law silence or tone without any header, to be played in a loop."""
    path.write_bytes(b"".join(_tone_packets(tone_hz)) if tone_hz else _SILENCE * 50)


class _Stream:
    """One RTP stream under construction."""

    def __init__(self, tone_hz: int) -> None:
        self.frames: list[bytes] = []
        self._tone = _tone_packets(tone_hz) if tone_hz else (_SILENCE,)
        self._packets = 0
        self._timestamp = SAMPLES

    @property
    def seconds(self) -> float:
        return self._packets * PACKET_MS / 1000

    def sound(self, seconds: float) -> None:
        for _ in range(round(seconds * 1000 / PACKET_MS)):
            self._send(ALAW, self._tone[self._packets % len(self._tone)])
            self._packets += 1
            self._timestamp += SAMPLES

    def press(self, key: str) -> None:
        """A key of 100 ms: five updates under one timestamp, its end three times, then a gap."""
        event = KEYS.index(key)
        for number in range(1, KEY_PACKETS + 1):
            self._send(EVENTS, struct.pack(">BBH", event, 10, number * SAMPLES), marker=number == 1)
            self._packets += 1
        for _ in range(3):
            self._send(EVENTS, struct.pack(">BBH", event, 0x8A, KEY_PACKETS * SAMPLES))
        self._timestamp += KEY_PACKETS * SAMPLES
        self.sound(GAP_PACKETS * PACKET_MS / 1000)

    def _send(self, payload_type: int, payload: bytes, marker: bool = False) -> None:
        kind = payload_type | (0x80 if marker else 0)
        rtp = struct.pack(">BBHII", 0x80, kind, len(self.frames) & 0xFFFF, self._timestamp & 0xFFFFFFFF, _SSRC)
        self.frames.append(_captured(self.seconds, rtp + payload))


def _captured(at_seconds: float, rtp: bytes) -> bytes:
    """Return one pcap record: the packet in UDP, IPv4 and Ethernet (SIPp replaces all addresses)."""
    udp = struct.pack(">HHHH", 5000, 5000, 8 + len(rtp), 0) + rtp
    ip = struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 0x7F000001, 0x7F000001) + udp
    frame = bytes(12) + b"\x08\x00" + ip
    whole, part = divmod(round(at_seconds * 1_000_000), 1_000_000)
    return struct.pack("<IIII", whole, part, len(frame), len(frame)) + frame


def _tone_packets(tone_hz: int) -> tuple[bytes, ...]:
    """Return one second of a tone in A-law (whole periods, so that it can repeat)."""
    samples = bytes(_alaw(round(9000 * math.sin(2 * math.pi * tone_hz * n / 8000))) for n in range(8000))
    return tuple(samples[start : start + SAMPLES] for start in range(0, 8000, SAMPLES))


def _alaw(value: int) -> int:
    """Encode one 16-bit sample (ITU-T G.711)."""
    sign = 0x80 if value >= 0 else 0
    size = min(abs(value), 32635)
    exponent = max(size.bit_length() - 8, 0)
    mantissa = (size >> (exponent + 3 if exponent else 4)) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55
