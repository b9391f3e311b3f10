"""Implements `ports.Timers` on APScheduler; keeps no jobs of its own over a restart: the engine sets them again."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger


class SchedulerTimers:
    """One background scheduler. A late ring is delivered (no misfire limit) and never doubled (one instance a name)."""

    def __init__(self, ring: Callable[[str], None], time_zone: str) -> None:
        self._ring, self._zone = ring, ZoneInfo(time_zone)
        self._scheduler = BackgroundScheduler(
            timezone=self._zone,
            jobstores={"default": MemoryJobStore()},
            executors={"default": ThreadPoolExecutor(4)},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def begin(self) -> None:
        """Let the clock run."""
        self._scheduler.start()

    def end(self) -> None:
        """Stop the clock; what has not rung never will."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def start(self, name: str, at: datetime) -> None:
        """Ring `name` at `at`; see the port."""
        self._scheduler.add_job(self._ring, DateTrigger(run_date=at), args=(name,), id=name, replace_existing=True)

    def stop(self, name: str) -> None:
        """Forget `name`; see the port."""
        try:
            self._scheduler.remove_job(name)
        except JobLookupError:
            return

    def every(self, seconds: float, name: str, work: Callable[[], object]) -> None:
        """Run `work` again and again; a run that is still going on is not doubled."""
        self._scheduler.add_job(work, IntervalTrigger(seconds=seconds), id=name, replace_existing=True)

    def daily(self, hour: int, minute: int, name: str, work: Callable[[], object]) -> None:
        """Run `work` once a day at a local time."""
        trigger = CronTrigger(hour=hour, minute=minute, timezone=self._zone)
        self._scheduler.add_job(work, trigger, id=name, replace_existing=True)
