"""Says where a fault happened without what it was about: an error's text and locals may hold a caller's number."""

import traceback

DEPTH = 4


def place(error: BaseException) -> str:
    """Return the innermost calls as `file:line name`, outermost first, at most four."""
    frames = traceback.extract_tb(error.__traceback__)[-DEPTH:]
    return " > ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames)
