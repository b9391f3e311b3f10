"""R11: nobody of us is there when calls come: the duty phone rings, and later the book has the calls as degraded."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from callcenter.domain import events as e
from tests.switch.house import House, house
from tests.switch.rig import figure, until

GONE, TALKING = "13916000001", "13916000002"


@pytest.fixture
def degraded(tmp_path: Path, prompts: Path) -> Iterator[House]:
    with house(tmp_path, prompts=prompts, patience_tries=3) as running:
        yield running


def test_our_process_is_away_and_the_duty_phone_answers(degraded: House) -> None:
    assert degraded.ear is not None
    degraded.kill_server()
    gone = degraded.dial(GONE, (), stay=7)
    first = degraded.call_of(GONE)
    arrived = degraded.ear.event("CCArrived", Call=first)
    degraded.ear.event("CCDegraded", Call=first)
    rang = degraded.ear.event("DialBegin", DestLinkedid=first)
    degraded.ear.event("DialEnd", DestLinkedid=first, DialStatus="ANSWER")
    assert gone.result(20).ended_by == "caller"
    talking = degraded.dial(TALKING, (), stay=60)
    second = degraded.call_of(TALKING)
    degraded.ear.event("DialEnd", DestLinkedid=second, DialStatus="ANSWER")

    boot_seconds = degraded.serve()
    entered = cast(e.CallDegraded, degraded.fact("call_degraded", first, 20))
    story = degraded.ended(first)
    assert entered.answered
    assert (story.call.outcome, story.call.agent) == ("degraded", None)
    assert abs(story.call.arrived_at.timestamp() - float(arrived["Timestamp"])) < 2
    assert cast(e.CallDegraded, degraded.fact("call_degraded", second, 20)).answered
    assert not talking.over
    with degraded.lead() as lead:
        until(lambda: lead.screen["book"]["live"] == 1, f"the talk that goes on is on the board: {lead.screen['book']}")
    degraded.hang_up(talking, second)
    assert degraded.ended(second).call.outcome == "degraded"
    degraded.books_agree()
    assert list(degraded.settings.recordings.rglob(f"{first}.wav"))
    wait = float(rang["Timestamp"]) - float(arrived["Timestamp"])
    figure(
        f"figure our process away: duty phone rings after {wait:.1f} s, calls lost 0 of 2, back in {boot_seconds:.1f} s"
    )
