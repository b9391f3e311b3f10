"""The demonstration's account: the house's book against the switch's own CDR, as one JSON-able mapping."""

import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from callcenter.adapters.asterisk.books import SwitchCall, read_calls
from callcenter.adapters.database.engine import open_database
from callcenter.adapters.database.reports import CallLine, Reports
from callcenter.demo.agents import Pop
from callcenter.demo.organisation import PEOPLE_SEATS
from callcenter.domain.events import Outcome
from callcenter.domain.ids import CallId
from callcenter.settings import Settings


@dataclass(frozen=True, slots=True)
class Account:
    """`figures` is what is printed; `faults` says in words what does not agree, empty when all is well."""

    figures: Mapping[str, Any]
    faults: Sequence[str]


def account(
    settings: Settings, cdr: Path, dialled: int, pops: Sequence[Pop], first_ring_seconds: float | None
) -> Account:
    """Return the account of everything that happened in this house."""
    database = open_database(settings.database_url)
    try:
        reports = Reports(database, ZoneInfo(settings.time_zone))
        calls = reports.calls_between(datetime.fromtimestamp(0, UTC), datetime.now(UTC), limit=100_000)
    finally:
        database.close()
    switch = {call.call: call for call in read_calls(cdr)}
    buckets = Counter(call.outcome or "live" for call in calls)
    recordings = [call for call in calls if call.outcome == Outcome.ANSWERED and _has_sound(settings, call)]
    waits = sorted(pop.seen_ms - pop.chosen_ms for pop in pops)
    figures: dict[str, Any] = {"offered": len(calls)}
    figures |= {outcome.value: buckets.get(outcome, 0) for outcome in Outcome}
    figures |= {
        "unexplained": dialled - sum(buckets[outcome] for outcome in Outcome),
        "dialled": dialled,
        "switch_offered": len(switch),
        "switch_answered": sum(bool(call.agents) for call in switch.values()),
        "pops": len(pops),
        "pops_with_record": sum(pop.with_record for pop in pops),
        "pop_ms_p50": round(statistics.median(waits)) if waits else None,
        "pop_ms_p95": waits[min(len(waits) - 1, int(len(waits) * 0.95))] if waits else None,
        "recordings": len(recordings),
        "seconds_to_first_ring": None if first_ring_seconds is None else round(first_ring_seconds, 1),
    }
    return Account(figures, tuple(_faults(figures, calls, switch, pops)))


def _faults(
    figures: Mapping[str, Any], calls: Sequence[CallLine], switch: Mapping[CallId, SwitchCall], pops: Sequence[Pop]
) -> list[str]:
    faults = []
    if figures["unexplained"]:
        faults.append(f"{figures['unexplained']} of {figures['dialled']} dialled calls are in no bucket")
    if {call.id for call in calls} != set(switch):
        faults.append(f"calls in one book only: {sorted({call.id for call in calls} ^ set(switch))}")
    popped = {pop.call: pop.seen_ms for pop in pops}
    for call in calls:
        billed = switch.get(call.id)
        answered = call.outcome == Outcome.ANSWERED
        by_duty_phone = call.outcome == Outcome.DEGRADED
        if billed is not None and not by_duty_phone and answered != bool(billed.agents):
            faults.append(f"{call.id}: {call.outcome} here, agents on the switch: {billed.agents}")
        if answered and call.answered_at is not None and call.agent not in PEOPLE_SEATS:
            seen = popped.get(call.id)
            if seen is None or seen > call.answered_at.timestamp() * 1000:
                faults.append(f"{call.id}: answered before its record was on the desk")
    if figures["recordings"] != figures["answered"]:
        faults.append(f"{figures['answered']} answered, but {figures['recordings']} recordings with sound")
    return faults


def _has_sound(settings: Settings, call: CallLine) -> bool:
    path = settings.recordings / (call.recording or "-")
    return path.is_file() and path.stat().st_size > 44
