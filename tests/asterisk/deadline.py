"""Waits for a fact, with a deadline."""

import time
from collections.abc import Callable


def wait_for(fact: Callable[[], object], seconds: float = 5.0) -> float:
    """Return after how many seconds the fact was true; AssertionError when it never was."""
    start = time.monotonic()
    while not fact():
        assert time.monotonic() - start < seconds, "the fact did not come true in time"
        time.sleep(0.002)
    return time.monotonic() - start
