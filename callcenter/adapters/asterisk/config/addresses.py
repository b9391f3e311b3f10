"""Reads the machine's own IPv4 addresses from the kernel; sends nothing and needs no route."""

import re
from pathlib import Path

_TABLE = Path("/proc/net/fib_trie")


def own_addresses(table: str | None = None) -> tuple[str, ...]:
    """Return the machine's addresses outside 127.0.0.0/8, sorted; () when it has none (or no Linux kernel)."""
    if table is None:
        table = _TABLE.read_text(encoding="ascii") if _TABLE.exists() else ""
    found = re.findall(r"\|-- (\d+\.\d+\.\d+\.\d+)\n\s+/32 host LOCAL", table)
    return tuple(sorted({address for address in found if not address.startswith("127.")}))
