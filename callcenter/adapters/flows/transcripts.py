"""Runs the tests written beside a flow: a scripted caller on the very code that serves live calls.

A test file: `flow` (file beside it), `customers`, and `tests`: name -> at, caller, records, presses, hears, ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path as FilePath
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from callcenter.adapters.flows.actors import Known, ScriptedLine, ScriptedRecords, WordsOnly
from callcenter.adapters.flows.problems import finding_of
from callcenter.adapters.flows.reader import load
from callcenter.adapters.flows.scripts import CaseModel, ScriptModel, words_at
from callcenter.adapters.flows.tree import read_tree
from callcenter.domain import events as e
from callcenter.domain.flow.findings import FlowError
from callcenter.domain.flow.steps import Flow
from callcenter.domain.ids import StepId
from callcenter.service.ivr import NEXT, serve_call

ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Result:
    """One test's outcome. `problems` is empty when it passed; `heard` is the whole transcript."""

    name: str
    line: int
    problems: tuple[str, ...]
    heard: tuple[str, ...]
    facts: tuple[e.Event, ...]
    steps: frozenset[StepId]

    @property
    def passed(self) -> bool:
        """Return whether nothing was wrong."""
        return not self.problems


def run(path: FilePath | str) -> tuple[Result, ...]:
    """Return the outcome of every test in a `*.test.yaml`. Raises FlowError for a broken file or flow; OSError."""
    file = FilePath(path)
    tree = read_tree(file.read_bytes(), str(file))
    try:
        script = ScriptModel.model_validate(tree.value)
    except ValidationError as error:
        raise FlowError(
            tuple(finding_of(tree, detail, words_at) for detail in error.errors(include_url=False))
        ) from error
    flow = load(file.parent / script.flow)
    records = {
        name: (customer, customer.to_customer(index, name))
        for index, (name, customer) in enumerate(script.customers.items(), 1)
    }
    return tuple(
        run_case(flow, name, case, records, tree.positions["tests", name].line) for name, case in script.tests.items()
    )


def run_case(flow: Flow, name: str, case: CaseModel, customers: Known, line_number: int = 0) -> Result:
    """Return the outcome of one test on one flow."""
    now = datetime.strptime(case.at, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)
    line = ScriptedLine(case.caller, case.presses)
    told: list[e.Event] = []
    visit = serve_call(line, flow, ScriptedRecords(customers, case.records), WordsOnly(), told.append, lambda: now)
    problems = [*_heard(case, line.heard), *_told(case, told), *_ended(case, told, line)]
    if visit.broken_prompts:
        problems.append(
            f"有 {visit.broken_prompts} 句话缺少变量而没有播放 / {visit.broken_prompts} prompts lacked a fact"
        )
    if line.left:
        problems.append(f"按键没有用完：{line.left} / keys left over: {line.left}")
    steps = frozenset(fact.step for fact in told if isinstance(fact, e.StepEntered))
    return Result(name, line_number, tuple(problems), tuple(line.heard), tuple(told), steps)


def _heard(case: CaseModel, heard: Sequence[str]) -> list[str]:
    problems, start = [], 0
    for wanted in case.hears:
        found = next((index for index in range(start, len(heard)) if wanted in heard[index]), None)
        if found is None:
            problems.append(
                f"没有听到“{wanted}”（按此顺序） / did not hear {wanted!r} in this order; heard {list(heard)}"
            )
            break
        start = found + 1
    everything = "\n".join(heard)
    problems += [f"不该听到“{bad}” / must not hear {bad!r}" for bad in case.never_hears if bad in everything]
    return problems


def _told(case: CaseModel, told: Sequence[e.Event]) -> list[str]:
    meanings = [fact.meaning for fact in told if isinstance(fact, e.KeysPressed)]
    served = [fact.service for fact in told if isinstance(fact, e.CallServed)]
    problems = []
    if case.tells and meanings != case.tells:
        problems.append(f"座席看到的按键为 {meanings}，应为 {case.tells} / the desk sees {meanings}, not {case.tells}")
    if served != case.served:
        problems.append(f"办结为 {served}，应为 {case.served} / served {served}, not {case.served}")
    return problems


def _ended(case: CaseModel, told: Sequence[e.Event], line: ScriptedLine) -> list[str]:
    queued = [fact for fact in told if isinstance(fact, e.CallQueued)]
    hung_up = line.variables.get(NEXT) == "hangup"
    actual = f"queue {queued[-1].queue} priority {queued[-1].priority}" if queued else "hangup" if hung_up else "gone"
    wanted = case.ends
    if wanted.queue:
        right = bool(queued) and queued[-1].queue == wanted.queue and wanted.priority in (None, queued[-1].priority)
    else:
        right = not queued and hung_up == wanted.hangup
    return [] if right else [f"结束于 {actual} / ended in {actual}"]
