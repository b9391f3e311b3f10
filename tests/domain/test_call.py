"""A call's machine: every state meets every fact."""

import itertools

import pytest

from callcenter.domain import events as e
from callcenter.domain.call import MOVES, Call, CallState, arrive, step
from callcenter.domain.errors import IllegalMove
from callcenter.domain.ids import CustomerId, QueueId, StepId
from tests.domain.samples import AGENT, CALL, NOW, PHONE, sample

STATES, FACTS = tuple(CallState), tuple(e.Event.registry.values())


def call_in(state: CallState) -> Call:
    return Call(CALL, PHONE, "+8613800138000", "李娜", "96777", NOW, state, queue=QueueId("repair"), agent=AGENT)


@pytest.mark.parametrize(("state", "fact"), list(itertools.product(STATES, FACTS)), ids=str)
def test_every_state_meets_every_fact(state: CallState, fact: type[e.Event]) -> None:
    call, target = call_in(state), MOVES.get((state, fact))
    if target is not None:
        assert step(call, sample(fact)).state is target
        return
    with pytest.raises(IllegalMove) as refused:
        step(call, sample(fact))
    assert (refused.value.machine, refused.value.state, refused.value.event) == ("call", state, e.kind_of(fact))
    assert call == call_in(state)


def test_nothing_but_paperwork_follows_the_end() -> None:
    assert {fact for state, fact in MOVES if state is CallState.ENDED} == {
        e.CustomerIdentified,
        e.RecordingStarted,
        e.NoteSaved,
    }


def test_every_state_can_end() -> None:
    """A call in a talk or an offer is taken apart first; then each state leads to the end."""
    ways: dict[CallState, set[CallState]] = {state: set() for state in CallState}
    for (state, _), target in MOVES.items():
        ways[state].add(target)
    reached = {CallState.ENDED}
    for _ in CallState:
        reached |= {state for state, targets in ways.items() if targets & reached}
    assert reached == set(CallState)


def test_a_path_keeps_what_the_desk_shows() -> None:
    call = arrive(e.CallArrived(NOW, CALL, PHONE, "1", "", "96777"))
    for number in range(30):
        call = step(call, e.StepEntered(NOW, CALL, "main", StepId(f"s{number}"), f"第{number}步"))
        call = step(call, e.KeysPressed(NOW, CALL, StepId(f"s{number}"), str(number)))
    assert (len(call.heard), call.heard[-1], len(call.keys), call.keys[-1].keys) == (12, "第29步", 20, "29")
    call = step(call, e.CustomerIdentified(NOW, CALL, CustomerId(3), "account"))
    assert (call.customer, call.waited_seconds(NOW)) == (CustomerId(3), 0.0)
