"""A line: every state meets every trigger, and its order for any comings and goings."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.errors import IllegalMove
from callcenter.domain.ids import AgentId, CallId, QueueId
from callcenter.domain.queue import MOVES, Queue, QueueState, QueueTrigger, join, leave, sign_in, sign_out, step
from tests.domain.samples import NOW

REPAIR = Queue(QueueId("repair"))
COMINGS = st.lists(
    st.tuples(st.sampled_from("abcdef"), st.integers(-2, 3), st.integers(0, 60), st.booleans()), max_size=40
)


@pytest.mark.parametrize(("state", "trigger"), list(itertools.product(QueueState, QueueTrigger)))
def test_every_state_meets_every_trigger(state: QueueState, trigger: QueueTrigger) -> None:
    target = MOVES.get((state, trigger))
    if target is not None:
        assert step(state, trigger) is target
        return
    with pytest.raises(IllegalMove):
        step(state, trigger)


@given(COMINGS)
def test_higher_priority_first_then_who_came_first_and_nobody_twice(comings: list[tuple[str, int, int, bool]]) -> None:
    queue, expected = REPAIR, dict[str, tuple[int, int, str]]()
    for name, priority, seconds, stays in comings:
        if stays:
            queue = join(queue, CallId(name), priority, NOW + timedelta(seconds=seconds))
            expected[name] = (-priority, seconds, name)
        else:
            queue = leave(queue, CallId(name))
            expected.pop(name, None)
        assert [place.call for place in queue.line] == sorted(expected, key=lambda one: expected[one])
    for number, place in enumerate(queue.line, 1):
        assert queue.place_of(place.call) == number
    assert queue.place_of(CallId("nobody")) == 0
    longest = min((seconds for _, seconds, _ in expected.values()), default=None)
    assert queue.longest_since == (None if longest is None else NOW + timedelta(seconds=longest))


@given(st.lists(st.tuples(st.sampled_from(["caller", "agent"]), st.sampled_from("abc"), st.booleans()), max_size=40))
def test_the_state_is_what_callers_and_agents_make_it(deeds: list[tuple[str, str, bool]]) -> None:
    queue = REPAIR
    for who, name, comes in deeds:
        if who == "caller":
            queue = join(queue, CallId(name), 0, NOW) if comes else leave(queue, CallId(name))
        else:
            queue = sign_in(queue, AgentId(name)) if comes else sign_out(queue, AgentId(name))
        waits, staffed = bool(queue.line), bool(queue.agents)
        expected = {
            (False, False): QueueState.UNSTAFFED,
            (False, True): QueueState.OPEN,
            (True, True): QueueState.LINE,
            (True, False): QueueState.STRANDED,
        }
        assert queue.state is expected[waits, staffed]
