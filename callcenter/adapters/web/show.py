"""Domain values -> wire messages, as pure functions. Numbers are masked here, once, for every screen."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from callcenter.adapters.web import wire as w
from callcenter.domain.agent import Agent, AgentState
from callcenter.domain.call import Call, CallState
from callcenter.domain.customer import Customer, PastCall
from callcenter.domain.queue import Queue
from callcenter.domain.tally import AgentTally, QueueTally, Tallies
from callcenter.service.rules import QueueRule, Rules


def ms(at: datetime) -> int:
    """Return epoch milliseconds."""
    return round(at.timestamp() * 1000)


def ms_or_none(at: datetime | None) -> int | None:
    """Return epoch milliseconds, or None."""
    return None if at is None else ms(at)


def masked(number: str) -> str:
    """Return a number as people may see it: `138****8000`; short codes such as 12345, which name no person, whole."""
    digits = number.removeprefix("+86") if number.startswith("+86") else number
    if not digits:
        return ""
    return (
        f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 10 else f"{digits[:-4]}****" if len(digits) > 5 else digits
    )


def agent_card(agent: Agent, name: str, call: Call | None, rules: Rules) -> w.AgentCard:
    """Return the agent's own state for the desk."""
    until = agent.until
    if agent.state is AgentState.RINGING and call is not None and call.offered_at is not None:
        until = call.offered_at + timedelta(seconds=rules.queue(call.queue).ring_seconds)
    signed_in = agent.state is not AgentState.SIGNED_OUT
    return w.AgentCard(
        id=agent.id,
        name=name,
        state=agent.state.value,
        since_ms=ms(agent.since),
        until_ms=ms_or_none(until),
        reason=agent.reason,
        cause=agent.cause,
        next=agent.after.value if agent.after in (AgentState.BUSY, AgentState.BREAK) else "ready",  # type: ignore[arg-type]
        phone=agent.phone.value if signed_in else None,
        extension=agent.extension,
        queues=list(agent.queues),
    )


def call_card(call: Call, now: datetime) -> w.CallCard:
    """Return the call for the desk."""
    return w.CallCard(
        id=call.id,
        state="ended" if call.state in (CallState.AFTER, CallState.ENDED) else _state(call),
        number=masked(call.number),
        name=call.name,
        dialed=call.dialed,
        queue=call.queue,
        arrived_ms=ms(call.arrived_at),
        queued_ms=ms_or_none(call.queued_at),
        offered_ms=ms_or_none(call.offered_at),
        answered_ms=ms_or_none(call.answered_at),
        held_ms=ms_or_none(call.held_at),
        ended_ms=ms_or_none(call.talk_ended_at or call.ended_at),
        waited_seconds=int(call.waited_seconds(now)),
        keys=[w.Key(keys=key.keys, meaning=key.meaning, step=key.step, at_ms=ms(key.at)) for key in call.keys],
        heard=list(call.heard),
        why=call.why,
        passed_over=[_passed(entry) for entry in call.passed_over],
        recording=bool(call.recording) and call.answered_at is not None,
        note=call.note,
        code=call.code,
    )


def customer_card(customer: Customer, history: Sequence[PastCall]) -> w.CustomerCard:
    """Return a customer's record with numbers masked."""
    return w.CustomerCard(
        id=customer.id,
        name=customer.name,
        account=customer.account,
        tier=customer.tier,
        address=customer.address,
        flags=list(customer.flags),
        note=customer.note,
        due_fen=customer.due_fen,
        due_on=str(customer.due_on or ""),
        phones=[
            w.MaskedPhone(index=index, masked=masked(phone.number), label=phone.label)
            for index, phone in enumerate(customer.phones)
        ],
        assets=[w.AssetCard(kind=a.kind, label=a.label, attributes=dict(a.attributes)) for a in customer.assets],
        attributes=dict(customer.attributes),
        calls=[
            w.PastCallRow(
                call=past.call,
                at_ms=ms(past.at),
                outcome=past.outcome,
                agent=past.agent,
                talk_seconds=past.talk_seconds,
                code=past.code,
                note=past.note,
            )
            for past in history
        ],
    )


def queue_line(queue: Queue) -> w.QueueLine:
    """Return what an agent sees of a queue."""
    return w.QueueLine(id=queue.id, waiting=len(queue.line), longest_since_ms=ms_or_none(queue.longest_since))


def queue_row(queue: Queue, rule: QueueRule, tally: QueueTally, team: Sequence[Agent]) -> w.QueueRow:
    """Return a queue for the board."""
    states = [agent.state for agent in team]
    return w.QueueRow(
        id=queue.id,
        name=w.Text(zh=rule.zh, en=rule.en),
        waiting=len(queue.line),
        longest_since_ms=ms_or_none(queue.longest_since),
        ready=states.count(AgentState.READY),
        talking=sum(state in (AgentState.TALKING, AgentState.HOLDING) for state in states),
        wrap_up=states.count(AgentState.WRAP_UP),
        signed_in=len(queue.agents),
        offered=tally.offered,
        answered=tally.answered,
        answered_in_time=tally.answered_in_time,
        abandoned=tally.abandoned,
        short_abandon=tally.short_abandon,
        answer_seconds_total=round(tally.answer_seconds_total),
        service_level_seconds=rule.service_level_seconds,
        service_level_target=rule.service_level_target,
    )


def agent_row(agent: Agent, name: str, call: Call | None, tally: AgentTally) -> w.AgentRow:
    """Return an agent for the board."""
    return w.AgentRow(
        id=agent.id,
        name=name,
        state=agent.state.value,
        since_ms=ms(agent.since),
        reason=agent.reason,
        cause=agent.cause,
        call=call.id if call else None,
        number=masked(call.number) if call else "",
        queue=call.queue if call else None,
        queues=list(agent.queues),
        answered=tally.answered,
        missed=tally.missed,
        talk_seconds=round(tally.talk_seconds),
    )


def waiting_rows(queue: Queue, calls: dict[str, Call]) -> dict[str, w.WaitingRow]:
    """Return the callers of one line, with their places."""
    return {
        place.call: w.WaitingRow(
            id=place.call,
            queue=queue.id,
            number=masked(calls[place.call].number),
            name=calls[place.call].name,
            since_ms=ms(place.since),
            place=number,
        )
        for number, place in enumerate(queue.line, 1)
        if place.call in calls
    }


def book_row(tallies: Tallies, in_ivr: int) -> w.BookRow:
    """Return today's book."""
    book = tallies.book
    outcomes = {outcome.value: count for outcome, count in book.outcomes.items()}
    return w.BookRow(offered=book.offered, live=book.live, in_ivr=in_ivr, outcomes=outcomes)


def _state(call: Call) -> w.CallState:
    return "in_ivr" if call.state is CallState.DEGRADED else call.state.value  # type: ignore[return-value]


def _passed(entry: str) -> w.Passed:
    agent, _, reason = entry.partition(":")
    return w.Passed(agent=agent, reason=reason)
