"""Draws the machines from their tables: a Mermaid diagram and a list of moves each, with the states in Chinese too.

`python -m callcenter.domain.pictures` writes them; README.md holds them between its markers.
"""

import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import groupby
from typing import Any

from callcenter.domain import agent, call, queue
from callcenter.domain import events as e

BEGIN, END = "<!-- pictures: begin -->", "<!-- pictures: end -->"

STATES: Mapping[str, Mapping[StrEnum, str]] = {
    "来电 Call": {
        call.CallState.IN_IVR: "语音菜单中",
        call.CallState.WAITING: "排队",
        call.CallState.OFFERED: "正在振铃座席",
        call.CallState.TALKING: "通话",
        call.CallState.HOLDING: "保持",
        call.CallState.LEG_LOST: "座席断线，来电保留",
        call.CallState.AFTER: "通话后",
        call.CallState.DEGRADED: "应急（值班电话）",
        call.CallState.ENDED: "结束",
    },
    "座席 Agent": {
        agent.AgentState.SIGNED_OUT: "签出",
        agent.AgentState.READY: "空闲",
        agent.AgentState.RINGING: "振铃",
        agent.AgentState.TALKING: "通话",
        agent.AgentState.HOLDING: "保持",
        agent.AgentState.WRAP_UP: "话后整理",
        agent.AgentState.BUSY: "示忙",
        agent.AgentState.BREAK: "小休",
        agent.AgentState.NOT_RESPONDING: "未应答",
        agent.AgentState.DISCONNECTED: "断线",
    },
    "队列 Queue": {
        queue.QueueState.UNSTAFFED: "无人值守",
        queue.QueueState.OPEN: "有座席，无人等待",
        queue.QueueState.LINE: "有人等待",
        queue.QueueState.STRANDED: "有人等待，无座席（告警）",
    },
}

Move = tuple[StrEnum, str, StrEnum]


def pictures() -> str:
    """Return the part of README.md between its markers: each machine's states, diagram and moves, as Markdown."""
    tables = (_moves(call.MOVES), _moves(agent.MOVES), _moves(queue.MOVES))
    machines = zip(STATES.items(), tables, strict=True)
    return "\n".join(_machine(title, states, moves) for (title, states), moves in machines)


def _moves(table: Mapping[Any, StrEnum]) -> list[Move]:
    return [(state, _word(trigger), target) for (state, trigger), target in table.items()]


def _machine(title: str, states: Mapping[StrEnum, str], moves: list[Move]) -> str:
    lines = [f"### {title}", "", "| 状态 | State |", "|---|---|"]
    lines += [f"| {zh} | `{state}` |" for state, zh in states.items()]
    lines += ["", "```mermaid", "stateDiagram-v2"]
    lines += [f"    {state}: {zh} {str(state).replace('_', ' ')}" for state, zh in states.items()]
    lines += [f"    {state} --> {target}: {', '.join(words)}" for state, target, words in _arrows(moves)]
    lines += ["```", "", "| 状态 State | 停留 Stays on |", "|---|---|"]
    lines += [f"| `{state}` | {', '.join(words)} |" for state, words in _stays(moves)]
    return "\n".join([*lines, ""])


def _arrows(moves: list[Move]) -> Iterator[tuple[StrEnum, StrEnum, list[str]]]:
    """Yield each pair of different states once, with everything that leads from one to the other."""
    leaving = sorted((str(state), str(target), word) for state, word, target in moves if state is not target)
    known = {str(state): state for move in moves for state in (move[0], move[2])}
    for (state, target), group in groupby(leaving, key=lambda move: move[:2]):
        yield known[state], known[target], [word for *_, word in group]


def _stays(moves: list[Move]) -> Iterator[tuple[str, list[str]]]:
    staying = sorted((str(state), word) for state, word, target in moves if state is target)
    for state, group in groupby(staying, key=lambda move: move[0]):
        yield state, [word for _, word in group]


def _word(trigger: type[e.Event] | StrEnum) -> str:
    """Return the word for what moves a machine; a cause of a missed offer stands with the fact that brings it."""
    match trigger:
        case e.Miss():
            return f"{e.kind_of(e.OfferExpired)} ({trigger})"
        case StrEnum():
            return str(trigger)
        case _:
            return e.kind_of(trigger)


if __name__ == "__main__":
    sys.stdout.write(pictures())
