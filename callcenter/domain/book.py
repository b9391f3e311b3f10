"""The book of calls: one bucket for each call offered, and the identity that proves it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from callcenter.domain.call import Call
from callcenter.domain.events import Outcome


def outcome_of(call: Call, waited_seconds: float, short_abandon_seconds: float) -> Outcome:
    """Return the bucket of a call that ends now.

    Talked to an agent: answered. Else picked up by a duty phone while we were away, or never served by us at all:
    degraded. Else in line: (short) abandon. Else served by the flow, or left in it.
    """
    if call.answered_at is not None:
        return Outcome.ANSWERED
    if call.degraded_answered or (call.was_degraded and call.queue is None and call.step is None):
        return Outcome.DEGRADED
    if call.queue is not None:
        return Outcome.SHORT_ABANDON if waited_seconds < short_abandon_seconds else Outcome.ABANDONED
    return Outcome.SERVED_IN_IVR if call.served else Outcome.LEFT_IN_IVR


@dataclass(frozen=True, slots=True)
class Book:
    """Counts of one day. `offered == live + sum(outcomes)` holds after every fact."""

    offered: int = 0
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)

    @property
    def live(self) -> int:
        """Return how many calls have come and not ended."""
        return self.offered - sum(self.outcomes.values())

    def offer(self) -> "Book":
        """Return the book with one more call offered."""
        return replace(self, offered=self.offered + 1)

    def close(self, outcome: Outcome) -> "Book":
        """Return the book with one call ended in `outcome`."""
        return replace(self, outcomes={**self.outcomes, outcome: self.outcomes.get(outcome, 0) + 1})
