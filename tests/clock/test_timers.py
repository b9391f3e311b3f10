"""The clock: rings come once, at or after their time, also when they are late; a stopped one never comes."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from callcenter.adapters.clock.timers import SchedulerTimers

DEADLINE_SECONDS = 5.0

# APScheduler 3.11: stopped right after a ring, it raises JobLookupError in its own thread, which ends anyway.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


class Bell:
    """Hears rings and waits for them."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, datetime]] = []
        self._news = threading.Condition()

    def ring(self, name: str) -> None:
        with self._news:
            self.rung.append((name, datetime.now(UTC)))
            self._news.notify_all()

    def wait(self, *names: str) -> None:
        with self._news:
            fits = self._news.wait_for(lambda: sorted(n for n, _ in self.rung) == sorted(names), DEADLINE_SECONDS)
            assert fits, self.rung


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def timers(bell: Bell) -> Iterator[SchedulerTimers]:
    made = SchedulerTimers(bell.ring, "Asia/Shanghai")
    yield made
    made.end()


def soon(milliseconds: int) -> datetime:
    return datetime.now(UTC) + timedelta(milliseconds=milliseconds)


def test_a_ring_comes_at_its_time_and_not_before(timers: SchedulerTimers, bell: Bell) -> None:
    timers.begin()
    due = soon(50)
    timers.start("offer:c1", due)
    bell.wait("offer:c1")
    assert bell.rung[0][1] >= due


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=2), timedelta(hours=9)])
def test_a_late_ring_is_delivered_once(timers: SchedulerTimers, bell: Bell, late: timedelta) -> None:
    timers.start("wrapup:8001", datetime.now(UTC) - late)
    timers.begin()
    bell.wait("wrapup:8001")


def test_the_same_name_again_moves_it(timers: SchedulerTimers, bell: Bell) -> None:
    timers.begin()
    timers.start("wrapup:8001", soon(60_000))
    timers.start("wrapup:8001", soon(10))
    timers.start("desk:8001", soon(20))
    timers.start("desk:8001", soon(60_000))
    timers.start("last", soon(80))
    bell.wait("wrapup:8001", "last")


def test_a_stopped_one_never_comes_and_an_unknown_one_is_fine(timers: SchedulerTimers, bell: Bell) -> None:
    timers.begin()
    timers.start("offer:c1", soon(30))
    timers.stop("offer:c1")
    timers.stop("never started")
    timers.start("last", soon(60))
    bell.wait("last")


def test_many_at_one_moment_all_come(timers: SchedulerTimers, bell: Bell) -> None:
    timers.begin()
    due = soon(30)
    for number in range(100):
        timers.start(f"offer:c{number}", due)
    bell.wait(*(f"offer:c{number}" for number in range(100)))


def test_work_that_fails_is_done_again(timers: SchedulerTimers) -> None:
    done = threading.Semaphore(0)

    def work() -> None:
        done.release()
        raise RuntimeError("once more")

    timers.begin()
    timers.every(0.02, "reconcile", work)
    assert done.acquire(timeout=DEADLINE_SECONDS)
    assert done.acquire(timeout=DEADLINE_SECONDS)
