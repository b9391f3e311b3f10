"""A screen's snapshot takes a change as the browser does: both run the same cases."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from callcenter.domain.view import apply_board, apply_desk

CASES = Path(__file__).resolve().parents[2] / "agent_ui/src/cases"
APPLY = {"board": apply_board, "desk": apply_desk}


def cases() -> list[Any]:
    return [
        pytest.param(APPLY[screen], case, id=f"{screen}: {case['name']}")
        for screen in APPLY
        for case in json.loads((CASES / f"{screen}.json").read_text("utf-8"))
    ]


@pytest.mark.parametrize(("apply", "case"), cases())
def test_the_shared_cases(apply: Any, case: dict[str, Any]) -> None:
    untouched, picture = copy.deepcopy(case), case["snapshot"]
    for change in case["changes"]:
        picture = apply(picture, change)
    assert picture == case["result"]
    assert case == untouched, "neither snapshot nor change is written to"
