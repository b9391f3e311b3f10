"""Mistakes in a flow file: each is refused with its line and column, and with words that say what to write instead."""

import re
import time
from pathlib import Path

import pytest

from callcenter.adapters.flows import Finding, FlowError, load, load_text
from callcenter.domain.flow import steps as s

GOOD = """\
flow: "gas"
label: "燃气"
start: main
steps:
  main:
    do: menu
    label: "主菜单"
    say: ["请按一。", {text: "请按二。", recording: "two", when: "weekday < 6"}]
    choices:
      "1": {label: "查询", goto: ask}
      "*": {label: "人工", goto: line}
    timeout_seconds: 4
    tries: 2
    on_wrong: "错。"
    on_silence: "静。"
    on_failure: bye
  ask:
    do: gather
    label: "户号"
    say: "请输入户号。"
    into: keyed
    min_digits: 10
    max_digits: 10
    on_wrong: "错。"
    on_silence: "静。"
    on_failure: bye
    next: find
  find:
    do: lookup
    by: "account"
    key: keyed
    found: owes
    not_found: bye
    away: line
  owes:
    do: branch
    cases:
      - {when: "due_fen > 0", goto: due}
    otherwise: bye
  due:
    do: say
    say: "应缴{due_fen|money}。"
    next: done
  done: {do: served, service: "balance", next: on}
  on: {do: goto, goto: bye}
  line:
    do: queue
    queue: "service"
    priority: 3
    announce: {say: "请稍候。", every_seconds: 20}
  bye: {do: hangup, say: "再见。"}
"""


def mistakes(text: str) -> tuple[Finding, ...]:
    with pytest.raises(FlowError) as caught:
        load_text(text.encode(), "main.yaml")
    return caught.value.findings


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_every_word_of_the_language_is_read() -> None:
    flow = load_text(GOOD.encode(), "main.yaml")
    main = flow.steps[flow.start]
    assert isinstance(main, s.Menu)
    assert (main.label, main.tries, main.timeout_seconds, main.barge_in) == ("主菜单", 2, 4, True)
    assert main.choices["*"] == s.Choice("人工", s.StepId("line"))
    assert [(p.text, p.recording, p.when is not None) for p in main.say] == [
        ("请按一。", "", False),
        ("请按二。", "two", True),
    ]
    line = flow.steps[s.StepId("line")]
    assert isinstance(line, s.Queue)
    assert (line.queue, line.priority, line.every_seconds, line.music) == ("service", 3, 20, True)
    find = flow.steps[s.StepId("find")]
    assert isinstance(find, s.Lookup)
    assert find.several == "bye"
    assert {type(step) for step in flow.steps.values()} == {
        s.Menu,
        s.Gather,
        s.Lookup,
        s.Branch,
        s.Say,
        s.Served,
        s.Goto,
        s.Queue,
        s.HangUp,
    }
    assert flow.position(("steps", "ask", "into")) == s.Position(21, 5)


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "zh"),
    [
        ('"1": {label', "1: {label", 10, 7, '请给按键加引号，写成 "1":'),
        ('"*": {label', "*: {label", 11, 7, '请给按键加引号，写成 "*":'),
        ('"*": {label', "#: {label", 11, 7, '请给按键加引号，写成 "#":'),
        ('"*": {label', '"1": {label', 11, 7, "“1”重复，第 10 行已有"),
        ('"*": {label', '"12": {label', 11, 7, "不是电话按键"),
        ("  ask:\n", "  main:\n", 17, 3, "“main”重复"),
        ("    on_failure: bye\n  ask:", "  ask:", 5, 3, "缺少“on_failure”"),
        ("tries: 2", "trys: 2", 13, 5, "是否想写“tries”"),
        ("tries: 2", "tries: two", 13, 5, "应为不带引号的数字"),
        ("tries: 2", "tries: 9", 13, 5, "最多为 5"),
        ("timeout_seconds: 4", "timeout_seconds: 0", 12, 5, "至少为 1"),
        ("do: menu", "do: menue", 5, 3, "是否想写“menu”"),
        ("    do: menu\n", "", 5, 3, "缺少“do”"),
        ("start: main", "start: mian", 3, 1, "是否想写“main”"),
        ("start: main\n", "", 1, 1, "缺少“start”"),
        ("next: find", "next: fnid", 27, 5, "是否想写“find”"),
        ('label: "燃气"', "label: 12345", 2, 1, '请加引号："12345"'),
        ('say: "请输入户号。"', "say: 12", 20, 5, '请加引号："12"'),
        ('say: "请输入户号。"', "say: [[x]]", 20, 11, "应为一句文字"),
        ('say: "请输入户号。"', 'say: "请按1"', 20, 5, "不能有阿拉伯数字"),
        ('say: "请输入户号。"', "say:", 20, 5, "应为一句文字"),
        ('say: "请输入户号。"', 'say: {text: "x", record: "a"}', 20, 22, "是否想写“recording”"),
        ('say: "请输入户号。"', 'say: {text: "x", recording: "../x"}', 20, 22, "须符合"),
        ('"due_fen > 0"', '"due_fen >> 0"', 38, 26, "此处应为事实名"),
        ('"due_fen > 0"', "\"due_fen > 'x'\"", 38, 10, "两边类型不同"),
        ("{due_fen|money}", "{due_fen|date}", 42, 5, "不能按 date 读"),
        ("{due_fen|money}", "{due_on|date}", 42, 5, "可能还不知道"),
        ('by: "account"', 'by: "plate"', 30, 5, "只能是 'number' or 'account'"),
        ('queue: "service"', 'queue: "Service 1"', 48, 5, "须符合"),
        ("every_seconds: 20", "every_seconds: 2", 50, 29, "至少为 10"),
        ("  on: {do: goto, goto: bye}", "  on: {do: goto, goto: bye, then: x}", 45, 29, "没有“then”这个词"),
        ("  on: {do", "  2on: {do", 45, 3, "不能作步骤名"),
        ("priority: 3", "priority: true", 49, 5, "应为不带引号的数字"),
        ("do: hangup", "do: !!python/object x", 51, 13, "标签（!）"),
        ("  find:\n", "  find: &x\n", 28, 9, "锚点（&）"),
        ("goto: bye}", "goto: *x}", 45, 24, "别名（*）"),
        ('label: "户号"', 'label: "户号', 20, 11, None),
        ("    do: gather", "\tdo: gather", 18, 1, None),
        ("    do: gather", "      do: gather", 19, 5, None),
    ],
)
def test_each_mistake_has_its_line_its_column_and_a_remedy(
    old: str, new: str, line: int, column: int, zh: str | None
) -> None:
    findings = mistakes(changed(old, new))
    here = [finding for finding in findings if (finding.line, finding.column) == (line, column)]
    assert here, [str(finding) for finding in findings]
    assert zh is None or any(zh in finding.zh for finding in here), [str(finding) for finding in findings]
    for finding in findings:
        assert finding.file == "main.yaml"
        assert re.search(r"[一-鿿]", finding.zh)
        assert finding.en
        assert not re.search(r"[一-鿿]{3}", re.sub(r"'[^']*'|请按一", "", finding.en))


@pytest.mark.parametrize("word", ["9:30", "on", "no", "0x", "2026-11-20"])
def test_words_that_other_readers_turn_into_numbers_stay_words(word: str) -> None:
    assert load_text(changed('label: "燃气"', f"label: {word}").encode()).label == word


def test_several_mistakes_are_told_at_once_and_in_order() -> None:
    text = changed("tries: 2", "trys: 2").replace('by: "account"', "by: x").replace("start: main", "begin: main")
    lines = [finding.line for finding in mistakes(text)]
    assert lines == sorted(lines)
    assert {1, 3, 13, 30} <= set(lines)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"# only a comment\n",
        b"[]",
        b"just words",
        b"42",
        b"null",
        b"flow: x",
        b"steps: []\nflow: x\nstart: y",
        b"steps: {}\nflow: x\nstart: y",
        b"a: {b: [c",
        b"\xff\xfe\x00",
        "flow: 燃气".encode("gb18030"),
        "flow: x".encode("utf-16"),
        b"a: 1\n---\nb: 2\n",
        b"%YAML 1.1\n---\na: b\n",
        b"a: b\x00c",
        b"? [a, b]\n: c\n",
        b"{a: b}: c\n",
        b"a: " + b"[" * 500 + b"]" * 500,
        b"\n".join(b" " * depth + b"a:" for depth in range(300)),
        b"a: 1" + b"0" * 100_000,
        b"x" * 10_000_000,
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        b"<<: {a: b}\n",
        b"!!binary x: y\n",
        b"\n".join(b"k%d: [1, 2, 3]" % number for number in range(8000)),
        b"a: 1\n" * 20_000,
        b"[" + b"{}," * 40_000 + b"]",
        b"flow: f\nstart: s0\nsteps:\n" + b"".join(b"  s%d: {do: goto, goto: s%d}\n" % (n, n + 1) for n in range(600)),
        b'"' * 120_000,
        b"a: 2026-11-20\nb: .inf\nc: .nan\n",
    ],
)
def test_hostile_and_empty_files_are_refused_fast(content: bytes) -> None:
    started = time.process_time()
    with pytest.raises(FlowError) as caught:
        load_text(content, "x.yaml")
    assert time.process_time() - started < 3
    assert all(finding.line >= 1 and finding.zh and finding.en for finding in caught.value.findings)


def test_a_file_is_read_from_disk_with_its_name_in_the_findings(tmp_path: Path) -> None:
    file = tmp_path / "流程.yaml"
    file.write_text(GOOD, encoding="utf-8-sig")
    assert load(file).file == str(file)
    file.write_text(changed("tries: 2", "trys: 2"), encoding="utf-8")
    with pytest.raises(FlowError, match=r"流程\.yaml:13:5"):
        load(str(file))
