"""Says where a fault happened without what it was about: an error's text and locals may hold a caller's number."""

import traceback

DEPTH = 4
FIRST = 20
"""So many faults are logged one by one, then each hundredth: a callback that always fails must not fill the disk."""


def place(error: BaseException) -> str:
    """Return the innermost calls as `file:line name`, outermost first, at most four."""
    frames = traceback.extract_tb(error.__traceback__)[-DEPTH:]
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames)


def worth_a_line(count: int) -> bool:
    """Return whether the fault that made the count `count` is written to the log."""
    return count <= FIRST or count % 100 == 0
