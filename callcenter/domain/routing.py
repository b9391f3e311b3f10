"""Who is next, and why not the others. Pure choice: it sees agents and callers and names pairs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from callcenter.domain.agent import Agent, AgentState
from callcenter.domain.events import PhoneKind
from callcenter.domain.ids import AgentId

PASSED_OVER_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """The agent who is rung. `why` is `<code>:<number>` and `passed_over` holds `<agent>:<code>[:<number>]`; the
    desk has the words."""

    agent: AgentId
    why: str
    passed_over: tuple[str, ...]


class Policy(Protocol):
    """Picks one of the agents who may take a call."""

    def pick(self, agents: Iterable[Agent], now: datetime) -> Choice | None:
        """Return the choice, or None when nobody is ready."""


class LongestIdle:
    """The agent who has been ready for the longest; equal times go to the lower 工号."""

    def pick(self, agents: Iterable[Agent], now: datetime) -> Choice | None:
        """Return the longest idle of the ready agents."""
        team = sorted(agents, key=lambda agent: (agent.idle_since, agent.id))
        ready = [agent for agent in team if can_ring(agent)]
        if not ready:
            return None
        chosen = ready[0]
        passed = tuple(_why_not(agent, now) for agent in team if agent.id != chosen.id)[:PASSED_OVER_SHOWN]
        return Choice(chosen.id, f"longest_idle:{_idle(chosen, now)}", passed)


def can_ring(agent: Agent) -> bool:
    """Return whether an offer to the agent can reach a person: ready, page open, phone there."""
    return agent.state is AgentState.READY and agent.desk_up and _has_phone(agent)


def _has_phone(agent: Agent) -> bool:
    return agent.phone is PhoneKind.SIP or agent.phone_up


def _idle(agent: Agent, now: datetime) -> int:
    return max(0, int((now - agent.idle_since).total_seconds()))


def _why_not(agent: Agent, now: datetime) -> str:
    if can_ring(agent):
        return f"{agent.id}:shorter_idle:{_idle(agent, now)}"
    if agent.state is AgentState.READY:
        return f"{agent.id}:no_phone"
    return f"{agent.id}:{agent.state}"
