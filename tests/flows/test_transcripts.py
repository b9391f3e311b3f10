"""Every flow of the house passes the checker and its own tests, and those tests walk through every step and key."""

import json
from pathlib import Path

import pytest

from callcenter.adapters.flows import FlowError, load
from callcenter.adapters.flows.models import json_schema
from callcenter.adapters.flows.transcripts import run
from callcenter.domain import events as e
from callcenter.domain.flow import steps as s

ROOT = Path(__file__).parents[2] / "ivr_flows"
TESTS = sorted(ROOT.rglob("*.test.yaml"))
FLOWS = sorted(set(ROOT.rglob("*.yaml")) - set(TESTS))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FLOWS, ids=named)
def test_every_flow_passes_the_checker_and_has_tests_beside_it(path: Path) -> None:
    assert load(path).steps
    assert path.with_suffix(".test.yaml") in TESTS


@pytest.mark.parametrize("path", TESTS, ids=named)
def test_every_transcript_is_what_the_caller_hears(path: Path) -> None:
    results = run(path)
    assert [f"{r.name}: {r.problems}" for r in results if not r.passed] == []


@pytest.mark.parametrize("path", TESTS, ids=named)
def test_transcripts_reach_every_step_and_every_key(path: Path) -> None:
    flow, results = load(path.with_name(path.name.replace(".test.yaml", ".yaml"))), run(path)
    speaking = {n for n, step in flow.steps.items() if not isinstance(step, s.Branch | s.Goto | s.Served)}
    assert speaking - {step for result in results for step in result.steps} == set()
    pressed = {(f.step, f.keys) for r in results for f in r.facts if isinstance(f, e.KeysPressed)}
    keys = {(n, key) for n, step in flow.steps.items() if isinstance(step, s.Menu) for key in step.choices}
    assert keys - pressed == set()


SMALL = """
flow: "small"
start: main
steps:
  main:
    do: menu
    say: "请按一。"
    choices:
      "1": {label: "结束", goto: bye}
    on_wrong: "错。"
    on_silence: "静。"
    on_failure: bye
  bye: {do: hangup, say: "再见。"}
"""


@pytest.mark.parametrize(
    ("case", "problem"),
    [
        ('{presses: ["1"], hears: ["请按二"], ends: {hangup: true}}', "没有听到“请按二”"),
        ('{presses: ["1"], hears: ["再见", "请按一"], ends: {hangup: true}}', "没有听到“请按一”"),
        ('{presses: ["1"], never_hears: ["再见"], ends: {hangup: true}}', "不该听到“再见”"),
        ('{presses: ["1"], tells: ["别的"], ends: {hangup: true}}', "座席看到的按键"),
        ('{presses: ["1"], served: ["x"], ends: {hangup: true}}', "办结为"),
        ('{presses: ["1"], ends: {queue: "service"}}', "结束于 hangup"),
        ("{presses: [], ends: {hangup: true}}", "结束于 gone"),
        ('{presses: ["1", "2"], ends: {hangup: true}}', "按键没有用完"),
    ],
)
def test_a_transcript_that_is_not_true_fails_and_says_why(tmp_path: Path, case: str, problem: str) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    script = tmp_path / "small.test.yaml"
    script.write_text(f'flow: "small.yaml"\ntests:\n  坏: {case}\n', encoding="utf-8")
    (result,) = run(script)
    assert not result.passed
    assert result.line == 3
    assert any(problem in text for text in result.problems)


def test_a_misspelt_word_in_a_test_file_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL, encoding="utf-8")
    script = tmp_path / "small.test.yaml"
    script.write_text('flow: "small.yaml"\ntests:\n  坏:\n    press: ["1"]\n    ends: {gone: true}\n', encoding="utf-8")
    with pytest.raises(FlowError) as caught:
        run(script)
    (finding,) = caught.value.findings
    assert (finding.line, finding.column) == (4, 5)
    assert "是否想写“presses”" in finding.zh


def test_the_editors_schema_is_fresh() -> None:
    written = json.loads((ROOT / "flow.schema.json").read_text(encoding="utf-8"))
    assert written == json.loads(json.dumps(json_schema()))
