"""Runs the tests written beside a flow: a scripted caller on the very code that serves live calls.

A test file: `flow` (file beside it), `customers`, and `tests`: name -> at, caller, records, presses, hears, ends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path as FilePath
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from callcenter.adapters.flows.problems import finding_of
from callcenter.adapters.flows.reader import load
from callcenter.adapters.flows.tree import read_tree
from callcenter.domain import events as e
from callcenter.domain.customer import Customer, PastCall
from callcenter.domain.flow.findings import FlowError
from callcenter.domain.flow.steps import Flow
from callcenter.domain.ids import CallId, ChannelName, CustomerId, StepId
from callcenter.service.ivr import NEXT, serve_call
from callcenter.service.ports import CallerGone, RecordsAway

ZONE = ZoneInfo("Asia/Shanghai")
SILENCE = "silence"
PAUSE = "\n"
"""The caller stops pressing: ends a number that has no finish key."""


class Part(BaseModel):
    """Closed and strict."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CustomerModel(Part):
    """A customer as the records would give it."""

    numbers: list[str] = []
    account: str = ""
    tier: str = ""
    flags: list[str] = []
    due_fen: int | None = None
    due_on: str = ""

    def to_customer(self, number: int, name: str) -> Customer:
        """Return the domain's value."""
        return Customer(
            CustomerId(number),
            name,
            self.account,
            tier=self.tier,
            flags=tuple(self.flags),
            due_fen=self.due_fen,
            due_on=self.due_on,
        )


class EndModel(Part):
    """Exactly one of: waiting in `queue`, or hung up by the flow, or gone (the script ended in the middle)."""

    queue: str = ""
    priority: int | None = None
    hangup: bool = False
    gone: bool = False


class CaseModel(Part):
    """One test. `presses` answer the questions in order: keys, `silence`, or `!2` for a key during a prompt."""

    at: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$")] = "2026-11-20 10:00"
    caller: str = "+8613900000000"
    records: Literal["up", "away"] = "up"
    presses: list[str] = []
    hears: list[str] = []
    never_hears: list[str] = []
    tells: list[str] = []
    served: list[str] = []
    ends: EndModel


class ScriptModel(Part):
    """A whole test file."""

    flow: str
    customers: dict[str, CustomerModel] = {}
    tests: Annotated[dict[str, CaseModel], Field(min_length=1)]


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
        raise FlowError(tuple(finding_of(tree, detail) for detail in error.errors(include_url=False))) from error
    flow = load(file.parent / script.flow)
    records = {
        name: (customer, customer.to_customer(index, name))
        for index, (name, customer) in enumerate(script.customers.items(), 1)
    }
    return tuple(
        run_case(flow, name, case, records, tree.positions["tests", name].line) for name, case in script.tests.items()
    )


Known = Mapping[str, tuple[CustomerModel, Customer]]


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


def _ended(case: CaseModel, told: Sequence[e.Event], line: "ScriptedLine") -> list[str]:
    queued = [fact for fact in told if isinstance(fact, e.CallQueued)]
    hung_up = line.variables.get(NEXT) == "hangup"
    actual = f"queue {queued[-1].queue} priority {queued[-1].priority}" if queued else "hangup" if hung_up else "gone"
    wanted = case.ends
    if wanted.queue:
        right = bool(queued) and queued[-1].queue == wanted.queue and wanted.priority in (None, queued[-1].priority)
    else:
        right = not queued and hung_up == wanted.hangup
    return [] if right else [f"结束于 {actual} / ended in {actual}"]


class ScriptedLine:
    """A caller who follows a script and hangs up at its end. What is played is the words themselves."""

    call = CallId("test.1")
    channel = ChannelName("Test/caller")
    name = ""
    dialed = "96000"

    def __init__(self, number: str, presses: Sequence[str]) -> None:
        self.number = number
        self.heard: list[str] = []
        self.variables: dict[str, str] = {}
        self._answers = list(presses)
        self._keys = ""

    @property
    def left(self) -> list[str]:
        """Return what the caller wanted to press and could not."""
        return self._answers

    def play(self, path: str, stop_keys: str = "") -> str:
        """Keep the words; a key that is left from before, or `!key` in the script, cuts them short."""
        self.heard.append(path)
        self._keys = self._keys.removesuffix(PAUSE)
        if not stop_keys:
            return ""
        if not self._keys and self._answers and self._answers[0].startswith("!"):
            self._keys = self._answers.pop(0)[1:]
        key, self._keys = self._keys[:1], self._keys[1:]
        return key

    def wait_key(self, seconds: float) -> str:
        """Return the next key of the script, '' for a silence. Raises CallerGone at the script's end."""
        if not self._keys:
            if not self._answers:
                raise CallerGone
            answer = self._answers.pop(0).removeprefix("!")
            if answer == SILENCE:
                return ""
            self._keys = answer + PAUSE
        key, self._keys = self._keys[0], self._keys[1:]
        return "" if key == PAUSE else key

    def music(self, on: bool) -> None:
        """Keep nothing: the wait is not part of the transcript."""

    def get(self, name: str) -> str:
        """Return what was put."""
        return self.variables.get(name, "")

    def put(self, name: str, value: str) -> None:
        """Keep the variable."""
        self.variables[name] = value

    def record(self, path: str, seconds: int, stop_keys: str = "#") -> int:
        """Record nothing."""
        return 0

    def hang_up(self) -> None:
        """End the script."""
        raise CallerGone


class ScriptedRecords:
    """The customers of a test file."""

    def __init__(self, customers: Known, state: str) -> None:
        self._customers, self._away = list(customers.values()), state == "away"

    def _matching(self, fits: Callable[[CustomerModel], bool]) -> list[Customer]:
        if self._away:
            raise RecordsAway
        return [customer for model, customer in self._customers if fits(model)]

    def customer(self, customer: CustomerId) -> Customer | None:
        """Return by id."""
        return next((known for known in self._matching(lambda _: True) if known.id == customer), None)

    def customers_by_number(self, number: str, limit: int = 5) -> Sequence[Customer]:
        """Return by number."""
        return self._matching(lambda model: number in model.numbers)[:limit]

    def customer_by_account(self, account: str) -> Customer | None:
        """Return by account."""
        return next(iter(self._matching(lambda model: model.account == account)), None)

    def past_calls(self, customer: CustomerId, limit: int = 5) -> Sequence[PastCall]:
        """Return nothing."""
        return ()


class WordsOnly:
    """A voice that renders nothing: the path is the text."""

    def prompt(self, text: str) -> str:
        """Return the text."""
        return text
