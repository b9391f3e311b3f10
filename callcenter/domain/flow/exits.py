"""Where a step can lead: the arrows of the flow's graph, for the checker and for drawing."""

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


def reachable(steps: s.Flow, start: StepId) -> frozenset[StepId]:
    """Return the known steps that can be reached from `start`, itself included."""
    seen: set[StepId] = set()
    open_steps = [start]
    while open_steps:
        name = open_steps.pop()
        if name in seen or name not in steps.steps:
            continue
        seen.add(name)
        open_steps.extend(way.target for way in exits(steps.steps[name]))
    return frozenset(seen)
