"""How a screen's snapshot takes a change; the browser's `reduce.ts` does the same and shares the cases.

Plain JSON values in and out. A change names rows to set and keys to remove; nothing is computed here.
"""

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


def apply_board(board: Json, change: Json) -> dict[str, Any]:
    """Return the board after a change; rows are replaced whole."""
    gone = {"agents": change.get("gone_agents", ()), "waiting": change.get("gone_waiting", ())}
    tables = {
        table: _without({**board[table], **change.get(table, {})}, gone.get(table, ()))
        for table in ("queues", "agents", "waiting")
    }
    return {**board, **_stamp(change), **_given(change, "book", "switch_up", "day"), **tables}


def apply_desk(desk: Json, change: Json) -> dict[str, Any]:
    """Return the desk after a change; a call with another id drops the customer of the call before it."""
    call, before = change.get("call"), desk["call"]
    cleared = bool(change.get("clear_call"))
    after = {**desk, **_stamp(change)}
    if cleared or (call is not None and (before is None or call["id"] != before["id"])):
        after.update(customer=None, candidates=[])
    if cleared:
        after["call"] = None
    after.update(_given(change, "agent", "call", "customer", "candidates", "switch_up"))
    if (line := change.get("queue")) is not None:
        after["queues"] = {**desk["queues"], line["id"]: line}
    return after


def _stamp(change: Json) -> dict[str, Any]:
    return {"seq": change["seq"], "now_ms": change["now_ms"]}


def _given(change: Json, *parts: str) -> dict[str, Any]:
    return {part: change[part] for part in parts if change.get(part) is not None}


def _without(rows: Json, gone: tuple[str, ...] | list[str]) -> dict[str, Any]:
    return {key: row for key, row in rows.items() if key not in gone}
