"""R12: kill -9 while one caller talks and two wait. The switch keeps them; the new process has the same picture."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.demo.phones import Manner
from tests.switch.house import SIP_SEATS, House, house
from tests.switch.people import Lead
from tests.switch.rig import figure, until


@pytest.fixture(scope="module")
def crash_house(tmp_path_factory: pytest.TempPathFactory, prompts: Path) -> Iterator[House]:
    manners = {**SIP_SEATS, "8104": Manner("answers", 2.0)}
    with house(tmp_path_factory.mktemp("crash"), manners=manners, prompts=prompts) as running:
        yield running


@pytest.fixture
def crashing(crash_house: House) -> House:
    """The house, whole and empty, whatever the story before did to it."""
    if crash_house.server is None:
        crash_house.serve()
    crash_house.quiet()
    return crash_house


@pytest.mark.parametrize("what", ["worker", "whole server"])
def test_our_process_is_killed_and_nobody_is_dropped(crashing: House, what: str) -> None:
    numbers = [f"1391400{len(what):02d}0{place}" for place in range(3)]
    with crashing.lead() as lead, crashing.agent("8101") as agent:
        talking = crashing.dial(numbers[0])
        first = crashing.call_of(numbers[0])
        agent.until("talking", call=first)
        agent.note(first, "说到一半")
        waiting = []
        for number in numbers[1:]:
            waiting.append(crashing.dial(number))
            crashing.fact("call_queued", crashing.call_of(number))
        line = [crashing.call_of(number) for number in numbers[1:]]
        until(lambda: lead.waiting() == line, "two callers wait")
        channels = {channel["Channel"] for channel in crashing.channels()}
        since = {row["id"]: row["since_ms"] for row in lead.screen["waiting"].values()}

        killed = time.monotonic()
        if what == "worker":
            before = crashing.kill_worker()
            until(lambda: _reborn(crashing, before), "a new worker", 30)
            crashing.until_whole()
        else:
            crashing.kill_server()
            crashing.serve()
        with crashing.lead() as fresh:
            until(lambda: _same(fresh, line, first), f"the same picture; now {fresh.screen}", 20)
            back_seconds = time.monotonic() - killed
            assert {row["id"]: row["since_ms"] for row in fresh.screen["waiting"].values()} == since
        assert {channel["Channel"] for channel in crashing.channels()} == channels
        assert not any(call.over for call in (talking, *waiting))
        until(lambda: agent.get("/api/desk")["call"]["note"] == "说到一半", "the half-typed note")

        agent.until("talking", call=first)
        for call in (first, *line):
            agent.until("talking", call=call, seconds=20)
            until(lambda: agent.wish("/api/call/hangup").ok, "the agent hangs up")
            agent.wrap_up(note=f"完成 {call}")
    for place, call in enumerate((first, *line)):
        story = crashing.ended(call)
        assert (story.call.outcome, story.call.agent) == ("answered", "8101")
        assert story.call.number == numbers[place]
        kinds = crashing.kinds(call)
        assert kinds.count("call_arrived") == kinds.count("call_ended") == kinds.count("offer_answered") == 1
    crashing.books_agree()
    seqs = crashing.seqs()
    assert seqs == list(range(1, len(seqs) + 1))
    board = _book(crashing)
    assert board["offered"] == sum(board["outcomes"].values()) + board["live"] == len(crashing.calls())
    figure(f"figure {what} killed: dropped 0 of 3, places kept 2 of 2, whole again after {back_seconds:.1f} s")


def test_the_phone_answers_and_a_caller_presses_keys_while_our_process_is_dead(crashing: House) -> None:
    rings, listens, wraps = (f"1391499000{place}" for place in range(3))
    with crashing.agent("8101") as wrapping:
        crashing.dial(wraps)
        third = crashing.call_of(wraps)
        wrapping.until("talking", call=third)
        wrapping.wish("/api/call/hangup").raise_for_status()
        wrapping.until("wrap_up", call=third)
        for _ in range(2):
            wrapping.wish(f"/api/calls/{third}/extend").raise_for_status()
        until_ms = until(lambda: wrapping.get("/api/desk")["agent"]["until_ms"], "the end of the wrap-up")
        with crashing.agent("8104") as agent:
            # a key that falls between two sessions is lost, so the caller presses again, as people do
            in_menu = crashing.dial(listens, ("wait 12", "3", "wait 6", "3", "wait 6", "3"), 90)
            second = crashing.call_of(listens)
            crashing.fact("step_entered", second, step="main")
            crashing.dial(rings)
            first = crashing.call_of(rings)
            agent.until("ringing", call=first)
            assert crashing.ear is not None
            crashing.ear.event("DialBegin", DestLinkedid=first)
            crashing.kill_server()
            crashing.ear.event("DialEnd", DestLinkedid=first, DialStatus="ANSWER")
            crashing.serve()
            agent.until("talking", call=first)
            assert wrapping.get("/api/desk")["agent"]["until_ms"] == until_ms
            wrapping.until("wrap_up", call=third)
            agent.wish("/api/call/hangup").raise_for_status()
            agent.wrap_up()
            crashing.fact("call_queued", second, 60)
            agent.until("talking", call=second, seconds=20)
            assert not in_menu.over
            agent.wish("/api/call/hangup").raise_for_status()
            agent.wrap_up()
        wrapping.wrap_up(note="补记")
    for call in (first, second, third):
        assert crashing.ended(call).call.outcome == "answered"
        assert crashing.kinds(call).count("call_arrived") == 1
    assert crashing.story(third).call.note == "补记"
    crashing.books_agree()
    figure("figure killed with a phone ringing and a caller in the menu: dropped 0 of 2, wrap-up clock kept")


def _reborn(crashing: House, before: int) -> bool:
    try:
        return crashing.worker() != before
    except ValueError:
        return False


def _same(lead: Lead, line: list[str], talking: str) -> bool:
    row = lead.screen["agents"].get("8101", {})
    return bool(lead.screen["switch_up"] and lead.waiting() == line and row.get("call") == talking)


def _book(crashing: House) -> dict[str, object]:
    with crashing.lead() as lead:
        until(lambda: lead.screen["book"]["live"] == 0, "no call is live on the board")
        return dict(lead.screen["book"])
