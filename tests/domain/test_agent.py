"""An agent's machine: every state meets every fact, and a missed offer by every cause."""

from dataclasses import replace
from datetime import timedelta

import pytest

from callcenter.domain import events as e
from callcenter.domain.agent import IDLE, MOVES, ON_CALL, Agent, AgentState, signed_out, step, trigger_of
from callcenter.domain.errors import IllegalMove
from tests.domain.samples import AGENT, CALL, NOW, sample

S = AgentState
STATES = tuple(AgentState)
FACTS = [sample(kind) for kind in e.Event.registry.values() if kind is not e.OfferExpired]
FACTS += [e.OfferExpired(NOW, CALL, AGENT, cause) for cause in e.Miss]
LATER = NOW + timedelta(seconds=60)


def agent_in(state: AgentState) -> Agent:
    return Agent(AGENT, state, NOW, NOW, call=CALL, desk_up=True, phone_up=True, page="p1")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("fact", FACTS, ids=e.kind_of)
def test_every_state_meets_every_fact(state: AgentState, fact: e.Event) -> None:
    agent, target = agent_in(state), MOVES.get((state, trigger_of(fact)))
    if target is not None:
        assert step(agent, fact).state is target
        return
    with pytest.raises(IllegalMove) as refused:
        step(agent, fact)
    assert (refused.value.machine, refused.value.state, refused.value.event) == ("agent", state, e.kind_of(fact))
    assert agent == agent_in(state)


def test_nobody_signs_out_of_a_call_and_everybody_else_may() -> None:
    leaving = {state for state, trigger in MOVES if trigger is e.AgentSignedOut}
    assert leaving == set(S) - set(ON_CALL) - {S.SIGNED_OUT}


@pytest.mark.parametrize("state", [*ON_CALL, S.WRAP_UP])
def test_a_wish_during_a_call_is_kept_for_afterwards_and_moves_no_clock(state: AgentState) -> None:
    for wish, after in (
        (e.AgentBusy(LATER, AGENT, "paper"), (S.BUSY, "paper")),
        (e.AgentOnBreak(LATER, AGENT, "lunch"), (S.BREAK, "lunch")),
        (e.AgentReady(LATER, AGENT), (S.READY, "")),
    ):
        agent = step(agent_in(state), wish)
        assert (agent.state, agent.since, (agent.after, agent.after_reason)) == (state, NOW, after)


@pytest.mark.parametrize(
    ("cause", "state", "shown"),
    [
        (e.Miss.NO_ANSWER, S.NOT_RESPONDING, "no_answer"),
        (e.Miss.UNREACHABLE, S.NOT_RESPONDING, "unreachable"),
        (e.Miss.REJECTED, S.BUSY, "rejected"),
        (e.Miss.WITHDRAWN, S.READY, ""),
    ],
)
def test_who_caused_it_is_kept(cause: e.Miss, state: AgentState, shown: str) -> None:
    agent = step(agent_in(S.RINGING), e.OfferExpired(LATER, CALL, AGENT, cause))
    assert (agent.state, agent.cause, agent.call) == (state, shown, None)


def test_an_offer_that_was_taken_back_does_not_cost_the_place_among_the_idle() -> None:
    agent = step(agent_in(S.RINGING), e.OfferExpired(LATER, CALL, AGENT, e.Miss.WITHDRAWN))
    assert agent.idle_since == NOW
    assert step(agent_in(S.WRAP_UP), e.WrapUpFinished(LATER, AGENT, CALL, "leak", "")).idle_since == LATER


@pytest.mark.parametrize("state", IDLE)
def test_a_lost_page_remembers_what_it_interrupted(state: AgentState) -> None:
    lost = step(
        step(replace(agent_in(state), reason="lunch"), e.DesktopLost(LATER, AGENT)), e.DesktopLost(LATER, AGENT)
    )
    assert (lost.state, lost.before, lost.before_reason, lost.desk_up) == (S.DISCONNECTED, state, "lunch", False)


def test_ready_again_while_ready_keeps_the_idle_time() -> None:
    assert step(agent_in(S.READY), e.AgentReady(LATER, AGENT)).idle_since == NOW


def test_somebody_never_seen_is_signed_out() -> None:
    assert signed_out(AGENT, NOW).state is S.SIGNED_OUT
