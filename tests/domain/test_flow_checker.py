"""The checker: each mistake is found at its place in the flow, and a sound flow has no finding."""

from dataclasses import replace

import pytest

from callcenter.domain.flow import steps as s
from callcenter.domain.flow.checker import check, unknown_queues
from callcenter.domain.flow.condition_text import parse
from callcenter.domain.flow.exits import ending, exits, reachable
from callcenter.domain.flow.knowledge import implied
from callcenter.domain.ids import QueueId, StepId


def sid(name: str) -> StepId:
    return StepId(name)


def words(*texts: str) -> s.Prompts:
    return tuple(s.Prompt(text) for text in texts)


HELLO = s.Say(id=sid("hello"), say=words("您好"), next=sid("main"))
MAIN = s.Menu(
    id=sid("main"),
    say=words("请按一或二"),
    on_wrong=words("错"),
    on_silence=words("静"),
    on_failure=sid("bye"),
    choices={"1": s.Choice("户号", sid("ask")), "2": s.Choice("人工", sid("line"))},
)
ASK = s.Gather(
    id=sid("ask"),
    say=words("请输入户号"),
    on_wrong=words("错"),
    on_silence=words("静"),
    on_failure=sid("bye"),
    into="keyed",
    min_digits=10,
    max_digits=10,
    next=sid("find"),
)
FIND = s.Lookup(
    id=sid("find"),
    by="account",
    key="keyed",
    found=sid("owes"),
    not_found=sid("bye"),
    several=sid("bye"),
    away=sid("line"),
)
OWES = s.Branch(id=sid("owes"), cases=(s.Case(parse("due_fen > 0"), sid("due")),), otherwise=sid("bye"))
DUE = s.Say(id=sid("due"), say=words("应缴{due_fen|money}"), next=sid("done"))
DONE = s.Served(id=sid("done"), service="balance", next=sid("bye"))
LINE = s.Queue(id=sid("line"), queue=QueueId("service"), say=words("请稍候"))
BYE = s.HangUp(id=sid("bye"), say=words("再见"))
SOUND = (HELLO, MAIN, ASK, FIND, OWES, DUE, DONE, LINE, BYE)


def flow(*changed: s.Step) -> s.Flow:
    steps = {step.id: step for step in (*SOUND, *changed)}
    positions = {("steps", name): s.Position(line, 3) for line, name in enumerate(steps, 10)}
    return s.Flow("test", "测试", HELLO.id, steps, "test.yaml", positions)


def found(*changed: s.Step) -> set[tuple[str, str]]:
    return {(finding.code, finding.path) for finding in check(flow(*changed))}


def test_a_sound_flow_has_no_finding() -> None:
    assert check(flow()) == ()


@pytest.mark.parametrize(
    ("changed", "code", "path"),
    [
        (replace(HELLO, next=sid("mian")), "unknown_step", "steps.hello.next"),
        (replace(HELLO, next=sid("")), "no_target", "steps.hello.next"),
        (replace(MAIN, on_failure=sid("")), "no_target", "steps.main.on_failure"),
        (replace(MAIN, on_failure=sid("main")), "endless", "steps.main"),
        (replace(ASK, on_failure=sid("main")), None, ""),
        (replace(MAIN, choices={}), "no_choices", "steps.main.choices"),
        (replace(MAIN, choices={**MAIN.choices, "A": s.Choice("甲", sid("bye"))}), "bad_key", "steps.main.choices.A"),
        (replace(MAIN, choices={**MAIN.choices, "3": s.Choice(" ", sid("bye"))}), "no_label", "steps.main.choices.3"),
        (replace(HELLO, say=()), "no_prompt", "steps.hello.say"),
        (replace(HELLO, say=words(" ")), "no_prompt", "steps.hello.say"),
        (replace(HELLO, say=(s.Prompt("好", when=parse("weekday > 5")),)), "no_prompt", "steps.hello.say"),
        (replace(HELLO, say=words("好", "")), "empty_prompt", "steps.hello.say.1"),
        (replace(MAIN, on_wrong=()), "no_prompt", "steps.main.on_wrong"),
        (replace(MAIN, on_silence=()), "no_prompt", "steps.main.on_silence"),
        (replace(HELLO, say=words("请按1")), "written_digit", "steps.hello.say.0"),
        (replace(HELLO, say=words("请按１")), "written_digit", "steps.hello.say.0"),
        (replace(DUE, say=words("{due_fen}")), "bad_slot", "steps.due.say.0"),
        (replace(DUE, say=words("{due|money}")), "unknown_fact", "steps.due.say.0"),
        (replace(DUE, say=words("{due_fen|song}")), "unknown_kind", "steps.due.say.0"),
        (replace(DUE, say=words("{due_fen|date}")), "wrong_kind", "steps.due.say.0"),
        (replace(HELLO, say=words("{tier|text}")), "unsure_fact", "steps.hello.say.0"),
        (replace(DUE, say=words("{due_on|date}")), "unsure_fact", "steps.due.say.0"),
        (replace(LINE, announce=words("前面{ahead|count}位")), "unsure_fact", "steps.line.announce.0"),
        (replace(ASK, min_digits=11), "bad_length", "steps.ask.min_digits"),
        (replace(ASK, min_digits=9, finish=""), "no_finish", "steps.ask.finish"),
        (replace(ASK, into="tier"), "taken_name", "steps.ask.into"),
        (replace(FIND, key="other"), "unknown_fact", "steps.find.key"),
        (replace(OWES, cases=(s.Case(parse("salary > 0"), sid("due")),)), "condition", "steps.owes.cases.0.when"),
        (replace(OWES, cases=(s.Case(parse("due_fen > 'x'"), sid("due")),)), "condition", "steps.owes.cases.0.when"),
        (s.Goto(id=sid("island"), goto=sid("bye")), "unreachable", "steps.island"),
    ],
)
def test_each_mistake_is_found_at_its_place(changed: s.Step, code: str | None, path: str) -> None:
    if code is None:
        assert found(changed) == set()
    else:
        assert (code, path) in found(changed)


def test_a_menu_with_more_than_nine_choices_is_too_long_to_remember() -> None:
    many = {key: s.Choice("甲", sid("line")) for key in "123456789"}
    assert ("many_choices", "steps.main.choices") not in found(replace(MAIN, choices={**many, "0": many["1"]}))


def test_steps_that_never_lead_to_an_end_are_named() -> None:
    nowhere = replace(HELLO, next=sid("hello"))
    assert ("no_end", "steps.hello") in found(nowhere)
    assert ("endless", "steps.hello") in found(nowhere)


def test_a_circle_through_lookups_is_a_circle_without_a_key() -> None:
    assert any(
        code == "endless"
        for code, _ in found(replace(FIND, not_found=sid("hello")), replace(MAIN, on_failure=sid("find")))
    )


def test_a_wrong_start_is_found() -> None:
    assert ("unknown_step", "start") in {(f.code, f.path) for f in check(replace(flow(), start=sid("helo")))}


def test_findings_stand_in_file_order_with_line_column_and_both_languages() -> None:
    findings = check(flow(replace(DUE, say=words("{due|money}")), replace(HELLO, say=words("按1"))))
    assert [finding.line for finding in findings] == sorted(finding.line for finding in findings)
    first = findings[0]
    assert (first.file, first.line, first.column) == ("test.yaml", 10, 3)
    assert str(first).startswith("test.yaml:10:3: steps.hello.say.0: 话里不能有阿拉伯数字")
    assert " / " in str(first)


def test_a_near_name_is_offered() -> None:
    (finding,) = check(flow(replace(ASK, on_failure=sid("bey"))))
    assert "“bye”" in finding.zh
    assert "'bye'" in finding.en


def test_a_fact_is_sure_only_when_every_way_brings_it() -> None:
    early = replace(MAIN, choices={**MAIN.choices, "3": s.Choice("直接", sid("find"))})
    assert ("unsure_fact", "steps.find.key") in found(early)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("due_fen > 0", {"due_fen"}),
        ("due_fen > 0 and known(due_on)", {"due_fen", "due_on"}),
        ("due_fen > 0 or known(due_on)", set()),
        ("due_fen > 0 or due_fen < 9", {"due_fen"}),
        ("not known(due_fen)", set()),
    ],
)
def test_what_a_condition_makes_sure(text: str, names: set[str]) -> None:
    assert implied(parse(text)) == names


def test_a_queue_that_the_organisation_does_not_have_is_named() -> None:
    (finding,) = unknown_queues(flow(), [QueueId("repair")])
    assert (finding.code, finding.path) == ("unknown_queue", "steps.line.queue")
    assert "repair" in finding.zh
    assert unknown_queues(flow(), [QueueId("service")]) == ()


def test_ways_out_and_reach() -> None:
    assert {way.target for way in exits(MAIN)} == {"ask", "line", "bye"}
    assert [way.by_key for way in exits(MAIN)] == [True, True, False]
    assert exits(LINE) == exits(BYE) == ()
    assert reachable(flow(), sid("owes")) == {"owes", "due", "done", "bye"}
    assert reachable(flow(), sid("nowhere")) == set()
    assert ending(flow(s.Goto(id=sid("lost"), goto=sid("lost")))) == {step.id for step in SOUND}


def test_fixed_texts_and_recordings_are_listed_once() -> None:
    named = flow(replace(HELLO, say=(s.Prompt("您好", "greet"), s.Prompt("再见"))))
    assert s.recordings(named) == {"您好": "greet"}
    texts = s.fixed_texts(named)
    assert texts.count("再见") == 1
    assert "应缴{due_fen|money}" not in texts
