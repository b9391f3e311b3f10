"""Who is next, and why not the others."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.agent import Agent, AgentState
from callcenter.domain.events import PhoneKind
from callcenter.domain.ids import AgentId
from callcenter.domain.routing import PASSED_OVER_SHOWN, LongestIdle, can_ring
from tests.domain.samples import NOW


def idle(agent: str, seconds: int, state: AgentState = AgentState.READY) -> Agent:
    since = NOW - timedelta(seconds=seconds)
    return Agent(AgentId(agent), state, since, since, PhoneKind.BROWSER, agent, desk_up=True, phone_up=True)


TEAMS = st.lists(
    st.builds(
        lambda name, seconds, state, desk, phone: replace(
            idle(f"80{name:02}", seconds, state), desk_up=desk, phone_up=phone
        ),
        st.integers(0, 40),
        st.integers(0, 100),
        st.sampled_from(AgentState),
        st.booleans(),
        st.booleans(),
    ),
    unique_by=lambda agent: agent.id,
)


@given(TEAMS)
def test_the_longest_idle_of_those_who_can_be_rung(team: list[Agent]) -> None:
    choice = LongestIdle().pick(team, NOW)
    able = [agent for agent in team if can_ring(agent)]
    if not able:
        assert choice is None
        return
    assert choice is not None
    expected = min(able, key=lambda agent: (agent.idle_since, agent.id))
    assert choice.agent == expected.id
    assert choice.why == f"longest_idle:{int((NOW - expected.idle_since).total_seconds())}"
    passed = {entry.partition(":")[0] for entry in choice.passed_over}
    assert passed <= {agent.id for agent in team} - {choice.agent}
    assert len(passed) == min(PASSED_OVER_SHOWN, len(team) - 1)


@given(TEAMS, st.randoms())
def test_the_order_in_which_agents_are_listed_does_not_matter(team: list[Agent], chance) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(team)
    chance.shuffle(shuffled)
    assert LongestIdle().pick(shuffled, NOW) == LongestIdle().pick(team, NOW)


def test_each_reason_has_its_word() -> None:
    team = [
        idle("8001", 90, AgentState.BREAK),
        replace(idle("8002", 80), phone_up=False),
        idle("8003", 70),
        idle("8004", 60),
        replace(idle("8005", 50), desk_up=False),
    ]
    choice = LongestIdle().pick(team, NOW)
    assert choice is not None
    assert (choice.agent, choice.passed_over) == (
        "8003",
        ("8001:break", "8002:no_phone", "8004:shorter_idle:60", "8005:no_phone"),
    )


def test_a_sip_phone_needs_no_registration() -> None:
    assert can_ring(replace(idle("8001", 1), phone=PhoneKind.SIP, phone_up=False))
