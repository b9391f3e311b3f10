"""The database is locked for ten seconds: callers, agents and pops go on, and afterwards nothing is missing."""

import sqlite3
import time

from sqlalchemy.engine import make_url

from callcenter.demo.traffic import known_number
from tests.switch.house import House
from tests.switch.rig import figure, until

LOCKED_SECONDS = 10.0


def test_database_is_locked_and_calls_go_on(house: House) -> None:
    numbers = [known_number(place) for place in (20, 21, 22)]
    calls = []
    with house.agent("8101") as agent:
        before = len(house.facts())
        lock = sqlite3.connect(str(make_url(house.settings.database_url).database), isolation_level=None)
        try:
            lock.execute("BEGIN IMMEDIATE")
            locked = time.monotonic()
            for number in numbers[:2]:
                house.dial(number)
                calls.append(house.call_of(number))
                agent.until("talking", call=calls[-1])
                assert agent.pops[calls[-1]][0]
                agent.wish("/api/call/hangup").raise_for_status()
                agent.wrap_up(note="库锁着也能小结")
            served_seconds = time.monotonic() - locked
            house.dial(numbers[2])
            calls.append(house.call_of(numbers[2]))
            agent.until("talking", call=calls[2])
            while_locked = len(house.facts()) - before
            spooled = (house.folder / "journal.spool").read_bytes().count(b"\n")
            time.sleep(max(0.0, locked + LOCKED_SECONDS - time.monotonic()))
        finally:
            lock.rollback()
            lock.close()
        released = time.monotonic()
        house.fact("offer_answered", calls[2])
        caught_up = time.monotonic() - released
        agent.until("talking", call=calls[2])
        agent.wish("/api/call/hangup").raise_for_status()
        agent.wrap_up()
    for call in calls:
        assert house.ended(call).call.outcome == "answered"
        kinds = house.kinds(call)
        for kind in ("call_arrived", "call_queued", "offer_made", "offer_answered", "talk_ended", "call_ended"):
            assert kinds.count(kind) == 1, (kind, kinds)
    assert house.story(calls[0]).call.note == "库锁着也能小结"
    until(lambda: (house.folder / "journal.spool").stat().st_size == 0, "the spool is empty")
    seqs = house.seqs()
    assert seqs == list(range(1, len(seqs) + 1))
    assert while_locked == 0, "the lock did not lock"
    assert spooled > 20
    house.books_agree()
    figure(f"figure database locked {LOCKED_SECONDS:.0f} s: 2 whole calls in {served_seconds:.1f} s, facts lost 0")
    figure(f"figure {spooled} facts spooled, in the database {caught_up:.1f} s after the lock")
