"""Laws that hold after every message of a random day, and after a restart in the middle of it."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.domain import events as e
from callcenter.domain.agent import Agent, AgentState
from callcenter.domain.call import CallState
from callcenter.domain.errors import IllegalMove
from callcenter.domain.queue import QueueState
from callcenter.service.floor import Floor
from tests.fakes.histories import rows
from tests.fakes.journal import MemoryJournal
from tests.service.room import Room, at
from tests.service.wander import wander

SEEDS = st.integers(0, 2**32)
ON_A_CALL = (AgentState.RINGING, AgentState.TALKING, AgentState.HOLDING)


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_every_law_holds_after_every_message(seed: int) -> None:
    for room in wander(random.Random(seed), 150):
        floor = room.engine.floor
        the_book_adds_up(room)
        each_caller_in_line_waits_and_nobody_waits_outside_it(floor)
        each_agent_on_a_call_has_a_call_that_knows_it(floor)
        a_line_has_the_state_that_its_callers_and_agents_give_it(floor)


def the_book_adds_up(room: Room) -> None:
    book = room.engine.floor.tallies.book
    live = [call for call in room.engine.floor.calls.values() if call.state is not CallState.ENDED]
    assert book.offered == book.live + sum(book.outcomes.values())
    assert book.live == len(live)
    ended = [fact.call for fact in room.facts if isinstance(fact, e.CallEnded)]
    assert len(ended) == len(set(ended)), "no call ends twice"


def each_caller_in_line_waits_and_nobody_waits_outside_it(floor: Floor) -> None:
    in_line = [(place.call, queue.id) for queue in floor.queues.values() for place in queue.line]
    by_state = {
        state: {(call.id, call.queue) for call in floor.calls.values() if call.state is state} for state in CallState
    }
    assert len(in_line) == len(set(in_line))
    assert by_state[CallState.WAITING] <= set(in_line)
    assert set(in_line) <= by_state[CallState.WAITING] | by_state[CallState.OFFERED]
    assert all(list(queue.line) == sorted(queue.line) for queue in floor.queues.values())


def each_agent_on_a_call_has_a_call_that_knows_it(floor: Floor) -> None:
    for agent in floor.agents.values():
        if agent.state in ON_A_CALL:
            assert agent.call is not None
            assert floor.calls[agent.call].agent == agent.id
        if agent.state is AgentState.WRAP_UP:
            assert agent.id in floor.wrapping
            assert agent.until is not None
    on_call = {agent.id for agent in floor.agents.values() if agent.state in ON_A_CALL}
    taken = [
        call.agent
        for call in floor.calls.values()
        if call.state in (CallState.OFFERED, CallState.TALKING, CallState.HOLDING)
    ]
    assert sorted(taken) == sorted(on_call)  # type: ignore[type-var]


def a_line_has_the_state_that_its_callers_and_agents_give_it(floor: Floor) -> None:
    names = {(False, False): "unstaffed", (False, True): "open", (True, True): "line", (True, False): "stranded"}
    for queue in floor.queues.values():
        assert queue.state is QueueState(names[bool(queue.line), bool(queue.agents)])


@settings(max_examples=100, deadline=None)
@given(SEEDS, st.integers(1, 200))
def test_a_restart_gives_back_the_very_floor(seed: int, steps: int) -> None:
    *_, room = wander(random.Random(seed), steps)
    before, after = room.engine.floor, room.restarted(steps).engine.floor
    assert after.calls == before.calls
    assert after.agents == before.agents
    assert without_empty(after) == without_empty(before)
    assert after.wrapping == before.wrapping
    assert after.tallies.book == before.tallies.book
    assert after.tallies.queues == before.tallies.queues
    assert after.tallies.agents == before.tallies.agents


@settings(max_examples=100, deadline=None)
@given(SEEDS, st.integers(1, 200))
def test_a_restart_from_what_is_open_only_gives_back_who_is_where(seed: int, steps: int) -> None:
    *_, room = wander(random.Random(seed), steps)
    journal = MemoryJournal(rows(room.facts))
    fresh = Room(switch_up=False)
    opened = (row.event for row in journal.open_rows())
    fresh.engine.restore(opened, room.facts, at(steps))
    before, after = room.engine.floor, fresh.engine.floor
    assert {call.id: call for call in after.calls.values()} == before.calls
    assert {a.id: known(a) for a in after.agents.values() if a.state is not AgentState.SIGNED_OUT} == {
        a.id: known(a) for a in before.agents.values() if a.state is not AgentState.SIGNED_OUT
    }
    assert after.wrapping == before.wrapping
    assert after.tallies.book == before.tallies.book


def known(agent: Agent) -> Agent:
    """What must survive: of the idle order and of what went on before the sign-in the next picture tells again."""
    agent = replace(agent, idle_since=agent.since, phone_up=False, after=AgentState.READY, after_reason="")
    lost = agent.state is AgentState.DISCONNECTED
    return agent if lost else replace(agent, before=AgentState.BUSY, before_reason="")


def without_empty(floor: Floor) -> dict[str, object]:
    return {name: queue for name, queue in floor.queues.items() if queue.line or queue.agents}


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_fact_that_is_refused_changes_nothing(seed: int) -> None:
    chance = random.Random(seed)
    *_, room = wander(chance, 80)
    floor = room.engine.floor
    before = (dict(floor.calls), dict(floor.agents), dict(floor.queues), floor.tallies.book, dict(floor.wrapping))
    for fact in chance.sample(room.facts, min(20, len(room.facts))):
        try:
            floor.apply(fact)
        except IllegalMove:
            after = (
                dict(floor.calls),
                dict(floor.agents),
                dict(floor.queues),
                floor.tallies.book,
                dict(floor.wrapping),
            )
            assert after == before
        else:
            return
