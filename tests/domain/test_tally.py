"""Today's counts by queue and by agent."""

from callcenter.domain.events import Outcome
from callcenter.domain.ids import AgentId, QueueId
from callcenter.domain.tally import AgentTally, QueueTally, Tallies

REPAIR, ANN = QueueId("repair"), AgentId("8001")


def test_a_queue_counts_what_asked_for_it_and_how_it_ended() -> None:
    tallies = Tallies("2026-11-20")
    for _ in range(4):
        tallies.queued(REPAIR)
    tallies.answered(REPAIR, ANN, 12.5, in_time=True)
    tallies.answered(REPAIR, ANN, 40.0, in_time=False)
    for outcome in (Outcome.ABANDONED, Outcome.SHORT_ABANDON, Outcome.CALLBACK):
        tallies.gave_up(REPAIR, outcome)
    assert tallies.queue(REPAIR) == QueueTally(4, 2, 1, 2, 1, 52.5)


def test_an_agent_counts_the_own_calls() -> None:
    tallies = Tallies("2026-11-20")
    tallies.answered(REPAIR, ANN, 1, in_time=True)
    tallies.missed(ANN)
    tallies.talked(ANN, 61.5)
    assert tallies.agent(ANN) == AgentTally(1, 1, 61.5)
    assert (tallies.agent(AgentId("8009")), tallies.queue(QueueId("x"))) == (AgentTally(), QueueTally())
