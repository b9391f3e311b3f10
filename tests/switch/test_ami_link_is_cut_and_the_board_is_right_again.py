"""R1, R2, R4: the link to the switch is cut, or silently dead, for ten seconds while calls come, talk and end."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.switch.house import House, house
from tests.switch.link import Link
from tests.switch.people import Lead
from tests.switch.rig import figure, until

CUT_SECONDS = 10.0


@pytest.fixture(scope="module")
def link() -> Iterator[Link]:
    made = Link()
    yield made
    made.close()


@pytest.fixture(scope="module")
def linked_house(tmp_path_factory: pytest.TempPathFactory, prompts: Path, link: Link) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("linked"), prompts=prompts, link=link) as running:
        yield running


@pytest.fixture
def linked(linked_house: House, link: Link) -> House:
    """The house, linked and empty, whatever the story before did to it."""
    link.thaw()
    link.mend()
    linked_house.until_whole()
    linked_house.quiet()
    return linked_house


def test_ami_link_is_cut_and_the_board_is_right_again(linked: House, link: Link) -> None:
    talks, goes_on, gives_up, comes = (f"1391500000{place}" for place in range(4))
    with linked.lead() as lead, linked.agent("8101") as one, linked.agent("8104") as two:
        calls = {}
        for number in (talks, goes_on, gives_up):
            linked.dial(number)
            calls[number] = linked.call_of(number)
            linked.fact("call_queued", calls[number])
        until(lambda: {one.state, two.state} == {"talking"}, "two talks")
        until(lambda: lead.waiting() == [calls[gives_up]], "one waits")
        ending, staying = (one, two) if one.call == calls[talks] else (two, one)

        lead.lights.clear()
        link.cut()
        cut = time.monotonic()
        until(lambda: not lead.screen["switch_up"], "the board says that the switch is lost")
        noticed = time.monotonic() - cut
        until(lambda: not ending.screen["switch_up"], "the desk says so too")
        _end(linked, calls[talks])
        _end(linked, calls[gives_up])
        linked.dial(comes)
        calls[comes] = linked.call_of(comes)
        linked.fact("call_queued", calls[comes])
        until(lambda: lead.waiting() == [calls[gives_up], calls[comes]], "what we know while we cannot see")
        time.sleep(max(0.0, cut + CUT_SECONDS - time.monotonic()))
        link.mend()
        mended = time.monotonic()
        until(lambda: lead.screen["switch_up"], "the board says that the switch is back")
        back = time.monotonic() - mended
        until(lambda: _equal(linked, lead), f"the board equals the switch: {lead.screen}")
        equal = time.monotonic() - mended
        ending.until("wrap_up", call=calls[talks])
        staying.until("talking", call=calls[goes_on])
        assert lead.waiting() == [calls[comes]]
        ending.wrap_up()
        ending.until("talking", call=calls[comes])
        assert [light for _, light in lead.lights] == [False, True]
        for agent in (ending, staying):
            agent.wish("/api/call/hangup").raise_for_status()
            agent.wrap_up()
    outcomes = {number: linked.ended(call).call.outcome for number, call in calls.items()}
    assert outcomes.pop(gives_up) == "abandoned"
    assert set(outcomes.values()) == {"answered"}
    linked.books_agree()
    assert noticed < 2
    figure(f"figure link cut {CUT_SECONDS:.0f} s: noticed after {noticed:.2f} s, back {back:.2f} s after it was whole")
    figure(f"figure state equal to the switch {equal:.2f} s after the link was whole, differences 0")


def test_an_agent_answers_while_the_link_is_cut(linked: House, link: Link) -> None:
    number = "13915000008"
    with linked.lead() as lead, linked.agent("8101") as agent:
        assert linked.ear is not None
        linked.dial(number)
        call = linked.call_of(number)
        linked.ear.event("DialBegin", DestLinkedid=call)
        link.cut()
        linked.ear.event("DialEnd", DestLinkedid=call, DialStatus="ANSWER")
        until(lambda: not lead.screen["switch_up"], "the board says that the switch is lost")
        link.mend()
        until(lambda: lead.screen["switch_up"], "the switch is back")
        agent.until("talking", call=call)
        agent.wish("/api/call/hangup").raise_for_status()
        agent.wrap_up()
    assert linked.ended(call).call.outcome == "answered"
    linked.books_agree()


def test_switch_falls_silent_with_the_link_open_and_it_is_noticed(linked: House, link: Link) -> None:
    number = "13915000009"
    with linked.lead() as lead, linked.agent("8101") as agent:
        linked.dial(number)
        call = linked.call_of(number)
        agent.until("talking", call=call)
        until(lambda: lead.screen["switch_up"], "the switch is seen")
        link.freeze()
        frozen = time.monotonic()
        until(lambda: not lead.screen["switch_up"], "the board says that the switch is lost", 15)
        noticed = time.monotonic() - frozen
        _end(linked, call)
        link.thaw()
        thawed = time.monotonic()
        until(lambda: lead.screen["switch_up"], "the switch is back", 15)
        back = time.monotonic() - thawed
        agent.until("wrap_up", call=call)
        agent.wrap_up()
    assert linked.ended(call).call.outcome == "answered"
    linked.books_agree()
    assert noticed <= 10
    figure(f"figure link silent: noticed after {noticed:.1f} s, back {back:.1f} s after it spoke again")


def _end(linked: House, call: str) -> None:
    """End a call on the switch, out of our process's sight."""
    assert linked.ear is not None
    linked.ear.ask({"Action": "Hangup", "Channel": linked.channel(call), "Cause": "16"})
    until(lambda: call not in {channel["Linkedid"] for channel in linked.channels()}, "the call is gone")


def _equal(linked: House, lead: Lead) -> bool:
    live = {channel["Linkedid"] for channel in linked.channels()}
    talking = {row["call"] for row in lead.screen["agents"].values() if row["state"] in ("talking", "holding")}
    return {*lead.waiting(), *talking} == live and lead.screen["book"]["live"] == len(live)
