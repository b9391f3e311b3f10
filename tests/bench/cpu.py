"""CPU seconds of processes, from /proc: whole process trees, with every thread of them."""

import os
from collections.abc import Collection
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root: int, without: Collection[int] = ()) -> float:
    """Return the user and system seconds of `root` and its living descendants, but for the trees of `without`."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(entry.name)] = int(fields[1])
        spent[int(entry.name)] = (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
    total, left = 0.0, [root]
    while left:
        pid = left.pop()
        total += spent.get(pid, 0.0)
        left += [child for child, parent in parents.items() if parent == pid and child not in without]
    return total
