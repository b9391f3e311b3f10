"""What the feed holds: copies of the floor's frozen values, taken in the engine's thread. Sends nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcenter.adapters.web import wire as w
from callcenter.domain.agent import Agent
from callcenter.domain.call import Call
from callcenter.domain.ids import AgentId, CallId, QueueId
from callcenter.domain.queue import Queue
from callcenter.domain.tally import Tallies
from callcenter.service.floor import Floor


@dataclass(frozen=True, slots=True)
class Seen:
    """What one message changed, copied in the engine's thread."""

    calls: Mapping[CallId, Call | None]
    agents: Mapping[AgentId, Agent]
    queues: Mapping[QueueId, Queue]
    wrapping: Mapping[AgentId, CallId]
    tallies: Tallies
    switch_up: bool
    book: bool
    switch: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Who may be calling: looked up as soon as the call is there, so that a pop need not wait for a database."""

    customer: w.CustomerCard | None = None
    candidates: tuple[w.CustomerCard, ...] = ()


@dataclass(slots=True)
class Picture:
    """The feed's own copy of the floor, and the screens made from it."""

    calls: dict[str, Call] = field(default_factory=dict)
    agents: dict[AgentId, Agent] = field(default_factory=dict)
    queues: dict[QueueId, Queue] = field(default_factory=dict)
    wrapping: dict[AgentId, CallId] = field(default_factory=dict)
    tallies: Tallies = field(default_factory=Tallies)
    switch_up: bool = False
    board_seq: int = 0
    desk_seqs: dict[AgentId, int] = field(default_factory=dict)
    waiting: dict[str, w.WaitingRow] = field(default_factory=dict)


def seen_on(
    floor: Floor,
    calls: "set[CallId] | Mapping[CallId, Call]",
    agents: "set[AgentId] | Mapping[AgentId, Agent]",
    queues: "set[QueueId] | Mapping[QueueId, Queue]",
    book: bool = True,
    switch: bool = False,
) -> Seen:
    """Return copies of what is named; an ended call that is gone from the floor is None."""
    tallies = floor.tallies
    return Seen(
        calls={call: floor.calls.get(call) for call in calls},
        agents={agent: floor.agents[agent] for agent in agents if agent in floor.agents},
        queues={name: floor.queues[name] for name in queues if name in floor.queues},
        wrapping=dict(floor.wrapping),
        tallies=Tallies(tallies.day, tallies.book, dict(tallies.queues), dict(tallies.agents)),
        switch_up=floor.switch_up,
        book=book,
        switch=switch,
    )
