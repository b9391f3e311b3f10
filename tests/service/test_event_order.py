"""R9: what one call tells comes over many threads; every order that keeps each thread's own ends the same."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.ids import AgentId, CallId, StepId
from callcenter.service.engine import Message
from tests.service.figures import figure
from tests.service.room import ANN, BOB, REPAIR, Room, arrival, at, caller, phone

C1 = CallId("c1")
RANDOM_ORDERS = 10_000


@dataclass(frozen=True)
class Word:
    """One message, and the words of other threads without which it cannot have been said."""

    name: str
    message: Message
    after: tuple[str, ...] = ()


def word(name: str, message: Message, *after: str) -> Word:
    return Word(name, message, after)


ARRIVED = word("arrived", arrival("c1", 1))
GONE = e.CallEnded(at(60), C1, e.Outcome.ABANDONED, 16)
SESSION = (
    word("arrived too", arrival("c1", 1)),
    word("step", e.StepEntered(at(1), C1, "main", StepId("menu"), "菜单")),
    word("keys", e.KeysPressed(at(2), C1, StepId("menu"), "2", "报修")),
    word("queued", e.CallQueued(at(2), C1, REPAIR)),
)
RECORDING = (word("recording", e.RecordingStarted(at(21), C1, "2026/11/20/c1.wav"), "arrived", "queued"),)
RINGS_ANN = word("rings ann", e.OfferRinging(at(3), C1, ANN, phone(ANN)), "queued")
REGISTERS = (word("registers", e.PhoneSeen(at(4), BOB, up=True)),)


def missed_then_answered() -> tuple[tuple[Word, ...], ...]:
    """Ann does not answer, Bob does, holds, resumes and types, then the caller hangs up."""
    back = word("back", e.CallReturned(at(20), C1, caller("c1")), "rings ann")
    of_the_caller = (ARRIVED, word("gone", GONE, "resume"))
    of_ann = (RINGS_ANN, word("ann missed", e.OfferExpired(at(20), C1, ANN, e.Miss.NO_ANSWER)))
    of_bob = (
        word("rings bob", e.OfferRinging(at(21), C1, BOB, phone(BOB)), "ann missed"),
        word("bob answers", e.OfferAnswered(at(25), C1, BOB, phone(BOB))),
        word("hold", e.CallHeld(at(30), C1, BOB)),
        word("resume", e.CallResumed(at(40), C1, BOB)),
    )
    typed = (word("note", c.SaveNote(BOB, "bob", C1, "阀门", "leak"), "bob answers"),)
    return of_the_caller, (*SESSION, back), of_ann, of_bob, RECORDING, typed, REGISTERS


def agent_hangs_up() -> tuple[tuple[Word, ...], ...]:
    """Ann answers and hangs up."""
    over = word("talk over", e.TalkEnded(at(50), C1, AgentId(""), e.Party.AGENT), "ann answers")
    of_ann = (RINGS_ANN, word("ann answers", e.OfferAnswered(at(9), C1, ANN, phone(ANN))))
    return (ARRIVED, over, word("gone", GONE)), SESSION, of_ann, RECORDING, REGISTERS


def abandons_while_ringing() -> tuple[tuple[Word, ...], ...]:
    """Ann's phone rings, and the caller gives up."""
    return (ARRIVED, word("gone", GONE, "rings ann", "recording")), SESSION, (RINGS_ANN,), RECORDING, REGISTERS


STORIES = (missed_then_answered, agent_hangs_up, abandons_while_ringing)


def orders(threads: Sequence[Sequence[Word]], said: frozenset[str] = frozenset()) -> Iterator[tuple[Word, ...]]:
    """Yield every legal order of what the threads still have to say."""
    if not any(threads):
        yield ()
        return
    for number, thread in enumerate(threads):
        if thread and set(thread[0].after) <= said:
            rest = [*threads[:number], thread[1:], *threads[number + 1 :]]
            for tail in orders(rest, said | {thread[0].name}):
                yield (thread[0], *tail)


def one_order(threads: Sequence[Sequence[Word]], chance: random.Random) -> tuple[Word, ...]:
    left, said, order = [list(thread) for thread in threads], set[str](), []
    while any(left):
        able = [thread for thread in left if thread and set(thread[0].after) <= said]
        chosen = chance.choice(able).pop(0)
        said.add(chosen.name)
        order.append(chosen)
    return tuple(order)


def end_of(order: Sequence[Word]) -> object:
    """Return calls, agents, lines and books after the words, said at one moment: only their order may matter."""
    room = Room()
    room.signs_in(ANN)
    room.signs_in(BOB, 1)
    for one in order:
        room.say(one.message, 70)
    floor = room.engine.floor
    queues = {name: (queue.state, queue.line) for name, queue in floor.queues.items()}
    return floor.calls, floor.agents, queues, floor.tallies, [f for f in room.facts if isinstance(f, e.CallEnded)]


def test_r9_every_legal_order_ends_the_same() -> None:
    """R9: the order of events differs from call to call; the end must not."""
    tried = differences = 0
    for story in (agent_hangs_up, abandons_while_ringing):
        legal = list(orders(story()))
        expected = end_of(legal[0])
        tried += len(legal)
        differences += sum(end_of(order) != expected for order in legal[1:])
    figure("R9", f"every order of two stories: {tried} differences {differences}")
    assert tried > 50
    assert differences == 0


def test_r9_ten_thousand_random_orders_end_the_same() -> None:
    """R9, with every word of the call."""
    chance, ends, differences = random.Random(9), dict[tuple[str, ...], object](), 0
    for story in itertools.islice(itertools.cycle(STORIES), RANDOM_ORDERS):
        order = one_order(story(), chance)
        names = (story.__name__, *(one.name for one in order))
        if names not in ends:
            ends[names] = end_of(order)
        expected = ends.setdefault((story.__name__,), ends[names])
        differences += ends[names] != expected
    figure("R9", f"random orders {RANDOM_ORDERS}, {len(ends) - len(STORIES)} distinct, differences {differences}")
    assert differences == 0
