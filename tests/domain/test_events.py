"""Every fact survives the journal: `event_from` gives back what `body_of` wrote."""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime

import pytest

from callcenter.domain import events as e
from tests.domain.samples import NOW, sample

FACTS = tuple(e.Event.registry.items())


@pytest.mark.parametrize(("kind", "fact"), FACTS)
def test_every_fact_comes_back_equal_through_json(kind: str, fact: type[e.Event]) -> None:
    told = sample(fact)
    body = json.loads(json.dumps(e.body_of(told), ensure_ascii=False))
    back = e.event_from(kind, told.at, body)
    assert back == told
    assert type(back) is fact
    assert {name: type(getattr(back, name)) for name in body} == {name: type(getattr(told, name)) for name in body}


@pytest.mark.parametrize(("kind", "fact"), FACTS)
def test_an_old_reader_meets_a_new_row(kind: str, fact: type[e.Event]) -> None:
    told = sample(fact)
    assert e.event_from(kind, told.at, {**e.body_of(told), "of_next_year": 1}) == told


@pytest.mark.parametrize(("kind", "fact"), FACTS)
def test_a_new_reader_meets_an_old_row_without_the_fields_that_have_defaults(kind: str, fact: type[e.Event]) -> None:
    required = {field.name for field in fields(fact) if field.default is field.default_factory}
    body = {name: value for name, value in e.body_of(sample(fact)).items() if name in required}
    assert e.event_from(kind, NOW, body).at == NOW


def test_words_of_the_journal() -> None:
    assert e.kind_of(e.OfferMade) == "offer_made"
    assert e.kind_of(sample(e.CallEnded)) == "call_ended"
    assert all(is_dataclass(fact) and kind == e.kind_of(fact) for kind, fact in FACTS)
    with pytest.raises(KeyError):
        e.event_from("never_heard_of", datetime(2026, 1, 1, tzinfo=NOW.tzinfo), {})
