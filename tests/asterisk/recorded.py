"""Reads the recordings of a real switch that lie beside this file."""

import lzma
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "recordings"


@cache
def ami_stream() -> bytes:
    """Return the recorded AMI stream, greeting first."""
    return lzma.decompress((FOLDER / "ami_calls.xz").read_bytes())


@cache
def house_stream() -> bytes:
    """Return what a house's own AMI user was told during 40 calls with four agents: the filtered events only."""
    return lzma.decompress((FOLDER / "house_calls.xz").read_bytes())


def agi_talk(name: str) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    """Return the environment, and each command with all that the switch wrote until the next one."""
    environment, _, talk = (FOLDER / f"agi_{name}.txt").read_bytes().partition(b"\n\n")
    turns: list[tuple[bytes, bytes]] = []
    for line in talk.splitlines(keepends=True):
        if line.startswith(b">> "):
            turns.append((line[3:], b""))
        elif line.strip():
            turns[-1] = (turns[-1][0], turns[-1][1] + line)
    return environment + b"\n\n", turns
