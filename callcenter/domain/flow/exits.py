"""Where a step can lead: the arrows of the flow's graph, for the checker and for drawing."""

from collections.abc import Mapping
from dataclasses import dataclass

from callcenter.domain.flow import steps as s
from callcenter.domain.flow.steps import Path
from callcenter.domain.ids import StepId


@dataclass(frozen=True, slots=True)
class Exit:
    """One arrow. `path` is its place inside the step; `by_key` says that only a key of the caller takes it."""

    path: Path
    target: StepId
    by_key: bool = False


def exits(step: s.Step) -> tuple[Exit, ...]:
    """Return every way out of a step; nothing for a queue and for the end."""
    match step:
        case s.Menu():
            choices = (Exit(("choices", key, "goto"), choice.goto, True) for key, choice in step.choices.items())
            return (*choices, Exit(("on_failure",), step.on_failure))
        case s.Gather():
            return Exit(("next",), step.next, True), Exit(("on_failure",), step.on_failure)
        case s.Say() | s.Served():
            return (Exit(("next",), step.next),)
        case s.Lookup():
            return tuple(Exit((name,), getattr(step, name)) for name in ("found", "not_found", "several", "away"))
        case s.Branch():
            cases = (Exit(("cases", index, "goto"), case.goto) for index, case in enumerate(step.cases))
            return (*cases, Exit(("otherwise",), step.otherwise))
        case s.Goto():
            return (Exit(("goto",), step.goto),)
        case _:
            return ()


def reachable(flow: s.Flow, start: StepId) -> frozenset[StepId]:
    """Return the known steps that can be reached from `start`, itself included."""
    ways = {name: [way.target for way in exits(step) if way.target in flow.steps] for name, step in flow.steps.items()}
    return _spread([start] if start in flow.steps else [], ways)


def ending(flow: s.Flow) -> frozenset[StepId]:
    """Return the steps from which a queue or an end can be reached, those themselves included."""
    ways: dict[StepId, list[StepId]] = {name: [] for name in flow.steps}
    for name, step in flow.steps.items():
        for way in exits(step):
            if way.target in ways:
                ways[way.target].append(name)
    return _spread([name for name, step in flow.steps.items() if isinstance(step, s.HangUp | s.Queue)], ways)


def _spread(first: list[StepId], ways: Mapping[StepId, list[StepId]]) -> frozenset[StepId]:
    seen, open_steps = set(first), list(first)
    while open_steps:
        new = set(ways[open_steps.pop()]) - seen
        seen |= new
        open_steps.extend(new)
    return frozenset(seen)
