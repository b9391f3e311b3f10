"""Today's counts by queue and by agent, folded from facts. Knows no wall clock: the day is given."""

from dataclasses import dataclass, field, replace

from callcenter.domain.book import Book
from callcenter.domain.events import Outcome
from callcenter.domain.ids import AgentId, QueueId


@dataclass(frozen=True, slots=True)
class QueueTally:
    """Calls that asked for this queue today and how they ended; seconds are of answered calls."""

    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    short_abandon: int = 0
    answer_seconds_total: float = 0.0


@dataclass(frozen=True, slots=True)
class AgentTally:
    """An agent's calls today."""

    answered: int = 0
    missed: int = 0
    talk_seconds: float = 0.0


@dataclass(slots=True)
class Tallies:
    """All counts of one local day (`YYYY-MM-DD`)."""

    day: str = ""
    book: Book = field(default_factory=Book)
    queues: dict[QueueId, QueueTally] = field(default_factory=dict)
    agents: dict[AgentId, AgentTally] = field(default_factory=dict)

    def queue(self, queue: QueueId) -> QueueTally:
        """Return the counts of a queue, zero when it had no call."""
        return self.queues.get(queue, QueueTally())

    def agent(self, agent: AgentId) -> AgentTally:
        """Return the counts of an agent, zero when there was no call."""
        return self.agents.get(agent, AgentTally())

    def queued(self, queue: QueueId) -> None:
        """Count a call that asked for the queue."""
        tally = self.queue(queue)
        self.queues[queue] = replace(tally, offered=tally.offered + 1)

    def answered(self, queue: QueueId, agent: AgentId, waited_seconds: float, in_time: bool) -> None:
        """Count a first answer."""
        tally = self.queue(queue)
        self.queues[queue] = replace(
            tally,
            answered=tally.answered + 1,
            answered_in_time=tally.answered_in_time + int(in_time),
            answer_seconds_total=tally.answer_seconds_total + waited_seconds,
        )
        own = self.agent(agent)
        self.agents[agent] = replace(own, answered=own.answered + 1)

    def missed(self, agent: AgentId) -> None:
        """Count an offer that the agent did not answer."""
        own = self.agent(agent)
        self.agents[agent] = replace(own, missed=own.missed + 1)

    def talked(self, agent: AgentId, seconds: float) -> None:
        """Add talk time."""
        own = self.agent(agent)
        self.agents[agent] = replace(own, talk_seconds=own.talk_seconds + seconds)

    def gave_up(self, queue: QueueId, outcome: Outcome) -> None:
        """Count a caller who left the line; `abandoned` counts short ones too."""
        if outcome not in (Outcome.ABANDONED, Outcome.SHORT_ABANDON):
            return
        tally = self.queue(queue)
        short = int(outcome is Outcome.SHORT_ABANDON)
        self.queues[queue] = replace(tally, abandoned=tally.abandoned + 1, short_abandon=tally.short_abandon + short)
