"""The book: its identity for any day, one bucket for each ending, and the service level's formula."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.domain.book import Book, outcome_of
from callcenter.domain.call import Call
from callcenter.domain.events import Outcome
from callcenter.domain.ids import QueueId, StepId
from tests.domain.samples import CALL, NOW, PHONE

NEW = Call(CALL, PHONE, "", "", "96777", NOW)
WAITED = replace(NEW, queue=QueueId("repair"), queued_at=NOW, step=StepId("wait"))


@given(st.lists(st.none() | st.sampled_from(Outcome)))
def test_offered_is_live_and_ended_after_every_fact(history: list[Outcome | None]) -> None:
    book, live = Book(), 0
    for outcome in history:
        if outcome is None:
            book, live = book.offer(), live + 1
        elif live:
            book, live = book.close(outcome), live - 1
        assert book.live == live
        assert book.offered == book.live + sum(book.outcomes.values())


@pytest.mark.parametrize(
    ("call", "waited", "outcome"),
    [
        (replace(WAITED, answered_at=NOW), 1, Outcome.ANSWERED),
        (replace(WAITED, answered_at=NOW, degraded_answered=True), 1, Outcome.ANSWERED),
        (replace(WAITED, degraded_answered=True), 9, Outcome.DEGRADED),
        (replace(NEW, was_degraded=True), 0, Outcome.DEGRADED),
        (replace(NEW, was_degraded=True, step=StepId("menu")), 0, Outcome.LEFT_IN_IVR),
        (replace(WAITED, was_degraded=True), 9, Outcome.ABANDONED),
        (WAITED, 4.99, Outcome.SHORT_ABANDON),
        (WAITED, 5.0, Outcome.ABANDONED),
        (replace(NEW, served="balance"), 0, Outcome.SERVED_IN_IVR),
        (replace(WAITED, served="balance"), 9, Outcome.ABANDONED),
        (NEW, 0, Outcome.LEFT_IN_IVR),
    ],
)
def test_each_ending_has_one_bucket(call: Call, waited: float, outcome: Outcome) -> None:
    assert outcome_of(call, waited, 5.0) is outcome
