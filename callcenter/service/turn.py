"""One message being handled: what may be read, what is told, what is ordered."""

from dataclasses import dataclass, field
from datetime import datetime

from callcenter.domain.agent import Agent
from callcenter.domain.call import Call
from callcenter.domain.errors import IllegalMove
from callcenter.domain.events import Event
from callcenter.domain.ids import AgentId, CallId
from callcenter.domain.orders import Order
from callcenter.service.floor import Floor


@dataclass(slots=True)
class Turn:
    """Facts are applied to the floor as they are told, so a later line sees what an earlier one did."""

    floor: Floor
    now: datetime
    facts: list[Event] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    strays: list[IllegalMove] = field(default_factory=list)

    def tell(self, *facts: Event) -> None:
        """Apply facts in order and keep them for the journal.

        Raises:
            IllegalMove: a machine refused; facts before it stand.
        """
        for fact in facts:
            self.floor.apply(fact)
            self.facts.append(fact)

    def tell_if_legal(self, fact: Event) -> bool:
        """Apply a fact of the switch; a refused one is counted as a stray and dropped."""
        try:
            self.tell(fact)
        except IllegalMove as stray:
            self.strays.append(stray)
            return False
        return True

    def order(self, *orders: Order) -> None:
        """Ask the outside for something, in order."""
        self.orders.extend(orders)

    def call(self, call: CallId | None) -> Call | None:
        """Return a live call, or None."""
        return self.floor.calls.get(call) if call else None

    def agent(self, agent: AgentId) -> Agent:
        """Return an agent as of now."""
        return self.floor.agent(agent, self.now)
