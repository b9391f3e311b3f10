"""The pictures in the domain's README are those of the tables today."""

from pathlib import Path

from callcenter.domain import pictures as p
from callcenter.domain.agent import AgentState
from callcenter.domain.call import MOVES, CallState
from callcenter.domain.events import Miss, Outcome
from callcenter.domain.queue import QueueState

README = (Path(p.__file__).parent / "README.md").read_text("utf-8")


def test_the_readme_holds_todays_pictures() -> None:
    written = README.partition(p.BEGIN)[2].partition(p.END)[0].strip()
    assert written == p.pictures().strip(), "run: python -m callcenter.domain.pictures, and put it between the markers"


def test_every_state_has_its_word_in_both_languages() -> None:
    named = {state for states in p.STATES.values() for state in states}
    assert named == {*CallState, *AgentState, *QueueState}
    for states in p.STATES.values():
        assert len(set(states.values())) == len(states)


def test_every_move_is_drawn() -> None:
    text = p.pictures()
    for (state, _), target in MOVES.items():
        assert f"    {state} --> {target}: " in text or state is target
    assert "    ringing --> not_responding: offer_expired (no_answer), offer_expired (unreachable)" in text


def test_every_outcome_and_miss_is_in_the_glossary() -> None:
    glossary = README.partition(p.BEGIN)[0]
    assert [word for word in (*Outcome, *Miss) if f"`{word}`" not in glossary] == []
