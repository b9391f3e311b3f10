"""Finds the mistakes in a flow before a caller does. Pure; every finding names its place and what to write."""

import difflib
import re
from collections.abc import Collection, Iterator
from typing import Final

from callcenter.domain.flow import steps as s
from callcenter.domain.flow.conditions import Condition, faults
from callcenter.domain.flow.exits import ending, exits, reachable
from callcenter.domain.flow.facts import FACTS, FactType
from callcenter.domain.flow.findings import Finding
from callcenter.domain.flow.knowledge import known_at, missing_in
from callcenter.domain.flow.steps import KEYS, Flow, Path, Step
from callcenter.domain.flow.texts import KINDS, BadText, Slot, parts
from callcenter.domain.ids import QueueId, StepId

MOST_CHOICES = 9
_WRITTEN_DIGIT: Final = re.compile(r"[0-9０-９]")

Mistake = tuple[str, Path, str, str]
"""Code, path in the file, Chinese, English."""


def check(flow: Flow) -> tuple[Finding, ...]:
    """Return every mistake in file order; an empty tuple means that the flow may answer calls."""
    types = facts_of(flow)
    mistakes = [*_targets(flow), *_reach(flow), *_endless(flow), *_unsure(flow, types)]
    for name, step in flow.steps.items():
        at: Path = ("steps", name)
        mistakes += [(code, (*at, *path), zh, en) for code, path, zh, en in _step(step, types)]
    findings = (_finding(flow, *mistake) for mistake in mistakes)
    return tuple(sorted(findings, key=lambda finding: (finding.line, finding.column)))


def unknown_queues(flow: Flow, queues: Collection[QueueId]) -> tuple[Finding, ...]:
    """Return a finding for each queue step whose queue the organisation does not have."""
    found = []
    for name, step in flow.steps.items():
        if isinstance(step, s.Queue) and step.queue not in queues:
            zh = f"没有名为“{step.queue}”的技能组，可用：{'、'.join(queues)}"
            en = f"there is no queue {step.queue!r}; known: {', '.join(queues)}"
            found.append(_finding(flow, "unknown_queue", ("steps", name, "queue"), zh, en))
    return tuple(found)


def facts_of(flow: Flow) -> dict[str, FactType]:
    """Return the types of all facts that texts and conditions of this flow may use."""
    gathered = {step.into: FactType.DIGITS for step in flow.steps.values() if isinstance(step, s.Gather)}
    return {**gathered, **FACTS}


def _finding(flow: Flow, code: str, path: Path, zh: str, en: str) -> Finding:
    at = flow.position(path)
    return Finding(code, zh, en, flow.file, at.line, at.column, ".".join(map(str, path)))


def _targets(flow: Flow) -> Iterator[Mistake]:
    ways: list[tuple[Path, StepId]] = [(("start",), flow.start)]
    for name, step in flow.steps.items():
        ways += [(("steps", name, *way.path), way.target) for way in exits(step)]
    for path, target in ways:
        if target in flow.steps:
            continue
        if not target:
            yield "no_target", path, "没有写去哪一步，请填步骤名", "no step is named; write where to go"
            continue
        near = next(iter(difflib.get_close_matches(target, flow.steps, 1)), "")
        zh, en = (f"，是否想写“{near}”？", f"; did you mean {near!r}?") if near else ("，请添加该步骤", "; add it")
        yield "unknown_step", path, f"没有名为“{target}”的步骤{zh}", f"there is no step {target!r}{en}"


def _reach(flow: Flow) -> Iterator[Mistake]:
    seen, sound = reachable(flow, flow.start), ending(flow)
    for name in flow.steps:
        if name not in seen:
            zh, en = "没有任何步骤通向这里，请连上或删去", "no step leads here; connect it or remove it"
            yield "unreachable", ("steps", name), zh, en
    for name in flow.steps:
        if name in seen and name not in sound:
            zh, en = "从这里永远走不到排队或结束，请加一条出路", "no way from here to a queue or an end; add one"
            yield "no_end", ("steps", name), zh, en


def _endless(flow: Flow) -> Iterator[Mistake]:
    """A circle that turns without a key of the caller would talk to a dead line for ever."""
    done: set[StepId] = set()
    for start in flow.steps:
        trail: list[StepId] = []
        yield from _circle(flow, start, trail, done)


def _circle(flow: Flow, start: StepId, trail: list[StepId], done: set[StepId]) -> Iterator[Mistake]:
    """Depth first, without recursion: `trail` is the way to here, `done` are steps that lead to no circle."""
    waiting = [(start, iter(_silent_ways(flow, start)))] if start not in done else []
    trail.append(start)
    while waiting:
        name, ways = waiting[-1]
        target = next(ways, None)
        if target is None:
            waiting.pop()
            trail.pop()
            done.add(name)
        elif target in trail:
            way = " → ".join([*trail[trail.index(target) :], target])
            zh, en = (
                f"没有来电者按键也会循环：{way}，请让失败走向排队或结束",
                f"turns without any key: {way}; lead it to an end",
            )
            yield "endless", ("steps", target), zh, en
        elif target not in done and target in flow.steps:
            trail.append(target)
            waiting.append((target, iter(_silent_ways(flow, target))))


def _unsure(flow: Flow, types: dict[str, FactType]) -> Iterator[Mistake]:
    for name, known in known_at(flow).items():
        for path, fact in missing_in(flow.steps[name], known):
            if fact in types:
                zh = f"走到这里时“{fact}”可能还不知道，请先查户、收号，或加条件 known({fact})"
                en = f"{fact!r} may be unknown here; look it up first, or add a condition known({fact})"
                yield "unsure_fact", ("steps", name, *path), zh, en


def _silent_ways(flow: Flow, name: StepId) -> list[StepId]:
    return [way.target for way in exits(flow.steps[name]) if not way.by_key]


def _step(step: Step, types: dict[str, FactType]) -> Iterator[Mistake]:
    yield from _prompts(step, types)
    match step:
        case s.Menu():
            yield from _menu(step)
        case s.Gather():
            yield from _gather(step)
        case s.Lookup() if step.key not in types:
            yield (
                "unknown_fact",
                ("key",),
                f"没有收集过“{step.key}”，请先用 gather 收号",
                f"{step.key!r} was never gathered",
            )
        case s.Branch():
            for index, case in enumerate(step.cases):
                yield from _condition(case.when, ("cases", index, "when"), types)
        case _:
            pass


def _menu(step: s.Menu) -> Iterator[Mistake]:
    if not step.choices:
        yield "no_choices", ("choices",), "菜单没有任何按键", "the menu has no key"
    digits = [key for key in step.choices if key not in "0*#"]
    if len(digits) > MOST_CHOICES:
        yield "many_choices", ("choices",), f"按键过多，最多 {MOST_CHOICES} 个", f"more than {MOST_CHOICES} keys"
    for key, choice in step.choices.items():
        if len(key) != 1 or key not in KEYS:
            zh, en = (
                f'“{key}”不是电话按键，请写 "0" 到 "9"、"*" 或 "#"',
                f'{key!r} is no key; write "0" to "9", "*" or "#"',
            )
            yield "bad_key", ("choices", key), zh, en
        if not choice.label.strip():
            yield "no_label", ("choices", key), "请写明这个按键的含义", "say what this key means"


def _gather(step: s.Gather) -> Iterator[Mistake]:
    if step.min_digits > step.max_digits:
        zh, en = "min_digits 不能大于 max_digits", "min_digits must not exceed max_digits"
        yield "bad_length", ("min_digits",), zh, en
    if not step.finish and step.min_digits != step.max_digits:
        yield "no_finish", ("finish",), '位数不固定时须有结束键，请写 finish: "#"', 'a varying length needs finish: "#"'
    if step.into in FACTS:
        yield (
            "taken_name",
            ("into",),
            f"“{step.into}”已是系统事实，请换一个名字",
            f"{step.into!r} is a fact already; rename it",
        )


def _condition(condition: Condition, path: Path, types: dict[str, FactType]) -> Iterator[Mistake]:
    for zh, en in faults(condition, types):
        yield "condition", path, zh, en


def _prompts(step: Step, types: dict[str, FactType]) -> Iterator[Mistake]:
    for field, prompts in s.prompts_of(step):
        needed = isinstance(step, s.Say | s.Question)
        if needed and all(prompt.when is not None or not prompt.text.strip() for prompt in prompts):
            zh, en = (
                "没有要播放的话，请至少写一句不带条件的",
                "nothing to say; write at least one prompt without a condition",
            )
            yield "no_prompt", (field,), zh, en
        for index, prompt in enumerate(prompts):
            path: Path = (field, index)
            if not prompt.text.strip() and len(prompts) > 1:
                yield "empty_prompt", path, "这句话是空的，请写上或删去", "this prompt is empty; fill it or remove it"
            yield from _text(prompt.text, path, types)
            if prompt.when is not None:
                yield from _condition(prompt.when, (*path, "when"), types)


def _text(text: str, path: Path, types: dict[str, FactType]) -> Iterator[Mistake]:
    try:
        pieces = parts(text)
    except BadText as error:
        zh, en = (
            f"看不懂“{error}”，变量应写成 {{due_fen|money}}",
            f"cannot read {str(error)!r}; a slot is {{due_fen|money}}",
        )
        yield "bad_slot", path, zh, en
        return
    for piece in pieces:
        if isinstance(piece, Slot):
            yield from _slot(piece, path, types)
        elif _WRITTEN_DIGIT.search(piece):
            zh, en = "话里不能有阿拉伯数字，请写汉字（“请按一”）", "no written digits in a prompt; write 请按一"
            yield "written_digit", path, zh, en


def _slot(slot: Slot, path: Path, types: dict[str, FactType]) -> Iterator[Mistake]:
    fact, kind = types.get(slot.fact), KINDS.get(slot.kind)
    if fact is None:
        near = next(iter(difflib.get_close_matches(slot.fact, types, 1)), "")
        zh, en = (f"，是否想写“{near}”？", f"; did you mean {near!r}?") if near else ("", "")
        yield "unknown_fact", path, f"没有名为“{slot.fact}”的事实{zh}", f"there is no fact {slot.fact!r}{en}"
    elif kind is None:
        known = ", ".join(KINDS)
        yield (
            "unknown_kind",
            path,
            f"没有“{slot.kind}”这种读法，可用：{known}",
            f"no slot kind {slot.kind!r}; known: {known}",
        )
    elif fact not in kind.fits:
        fitting = ", ".join(name for name, other in KINDS.items() if fact in other.fits) or "-"
        zh, en = (
            f"“{slot.fact}”不能按 {slot.kind} 读，可用：{fitting}",
            f"{slot.fact!r} cannot be said as {slot.kind}; use: {fitting}",
        )
        yield "wrong_kind", path, zh, en
