"""What one more message costs does not grow with the room: operations are counted, never time."""

from collections.abc import Iterable
from datetime import datetime

from callcenter.domain import events as e
from callcenter.domain.agent import Agent
from callcenter.domain.ids import AgentId, CallId, QueueId, StepId
from callcenter.domain.routing import Choice, LongestIdle
from callcenter.service.engine import Engine
from callcenter.service.messages import Picture
from callcenter.service.rules import QueueRule, Rules, Seat
from tests.service.room import arrival, at, day_of

REPAIR = QueueId("repair")
AGENTS = [AgentId(str(8000 + number)) for number in range(300)]


class Counting(LongestIdle):
    """The policy, with the agents it looked at counted."""

    looked = asked = 0

    def pick(self, agents: Iterable[Agent], now: datetime) -> Choice | None:
        team = list(agents)
        self.looked, self.asked = self.looked + len(team), self.asked + 1
        return super().pick(team, now)


def full_house() -> tuple[Engine, Counting]:
    """300 agents at work, none of them ready, and 200 callers in line."""
    policy = Counting()
    seats = {agent: Seat(agent, agent, agent, (REPAIR,)) for agent in AGENTS}
    engine = Engine(Rules({REPAIR: QueueRule(REPAIR, "报修", "Repairs")}, seats), day_of, policy)
    engine.handle(Picture(at(0), (), frozenset()), at(0))
    for agent in AGENTS:
        engine.handle(e.AgentSignedIn(at(0), agent, e.PhoneKind.SIP, agent, (REPAIR,)), at(0))
    for number in range(200):
        engine.handle(arrival(f"c{number}", 1), at(1))
        engine.handle(e.CallQueued(at(1), CallId(f"c{number}"), REPAIR), at(1))
    return engine, policy


def test_nobody_is_asked_while_nobody_is_ready() -> None:
    engine, policy = full_house()
    engine.handle(e.KeysPressed(at(2), CallId("c7"), StepId("wait"), "1"), at(2))
    assert (policy.asked, len(engine.floor.queue(REPAIR).line)) == (0, 200)


def test_one_ready_agent_is_one_choice() -> None:
    engine, policy = full_house()
    result = engine.handle(e.AgentReady(at(3), AGENTS[5]), at(3))
    assert (policy.asked, policy.looked) == (1, 300)
    assert [fact.call for fact in result.facts if isinstance(fact, e.OfferMade)] == ["c0"]
    assert result.touched.calls == {"c0"}
    assert result.touched.agents == {AGENTS[5]}
