"""Which facts are sure to be known at each step, whatever way the caller came: so that no prompt can lack one."""

from callcenter.domain.flow import steps as s
from callcenter.domain.flow.conditions import AllOf, AnyOf, Compare, Condition, Fact, Known
from callcenter.domain.flow.exits import Exit, exits
from callcenter.domain.flow.steps import Flow, Path, Step
from callcenter.domain.flow.texts import BadText, slots
from callcenter.domain.ids import StepId

Names = frozenset[str]

AT_ARRIVAL: Names = frozenset({"number", "dialed", "today", "time", "weekday"})
OF_EVERY_CUSTOMER: Names = frozenset({"name", "account", "tier", "flags"})
"""What a record always holds; `due_fen` and `due_on` may be unknown and must be asked for in a condition."""


def known_at(flow: Flow) -> dict[StepId, Names]:
    """Return, for each step that can be reached, the facts that are known on every way to it."""
    known: dict[StepId, Names] = {flow.start: AT_ARRIVAL} if flow.start in flow.steps else {}
    open_steps = list(known)
    while open_steps:
        name = open_steps.pop()
        step = flow.steps[name]
        for way in exits(step):
            if way.target not in flow.steps:
                continue
            arriving = known[name] | _gained(step, way)
            before = known.get(way.target)
            after = arriving if before is None else before & arriving
            if after != before:
                known[way.target] = after
                open_steps.append(way.target)
    return known


def implied(condition: Condition) -> Names:
    """Return the facts that must be known when the condition holds."""
    match condition:
        case Compare(left, _, right):
            return frozenset(side.name for side in (left, right) if isinstance(side, Fact))
        case Known(fact):
            return frozenset({fact.name})
        case AllOf(parts):
            return frozenset().union(*map(implied, parts))
        case AnyOf(parts):
            return frozenset.intersection(*map(implied, parts))
        case _:
            return frozenset()


def _gained(step: Step, way: Exit) -> Names:
    match step, way.path:
        case s.Lookup(), ("found",):
            return OF_EVERY_CUSTOMER
        case s.Gather(into=into), ("next",):
            return frozenset({into})
        case s.Branch(cases=cases), ("cases", int(index), "goto"):
            return implied(cases[index].when)
        case _:
            return frozenset()


def missing_in(step: Step, known: Names) -> tuple[tuple[Path, str], ...]:
    """Return (path in the step, fact) for each fact that the step uses and that may be unknown there."""
    found: list[tuple[Path, str]] = []
    for field, prompts in s.prompts_of(step):
        for index, prompt in enumerate(prompts):
            here = known | implied(prompt.when) if prompt.when is not None else known
            try:
                used = slots(prompt.text)
            except BadText:
                continue
            found += [((field, index), slot.fact) for slot in used if slot.fact not in here]
    if isinstance(step, s.Lookup) and step.key not in known:
        found.append((("key",), step.key))
    return tuple(found)
