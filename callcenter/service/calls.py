"""What the switch tells about calls: each fact is checked against the floor, then its consequences are told."""

from datetime import timedelta

from callcenter.domain import events as e
from callcenter.domain.agent import AgentState
from callcenter.domain.book import outcome_of
from callcenter.domain.call import Call, CallState
from callcenter.domain.ids import AgentId, CallId
from callcenter.domain.orders import HangUpChannel, ReadBack, StartTimer, StopTimer
from callcenter.service import agents
from callcenter.service.turn import Turn

RETURN_DOUBT_SECONDS = 1.5
"""How long a caller who is said to be back, while an offer still stands, is waited for before the switch is asked."""

OFFER_GRACE_SECONDS = 10
"""How long after `ring_seconds` the end of an offer may be missing before the switch is asked."""


def on_arrived(turn: Turn, fact: e.CallArrived) -> None:
    """A caller came; dialplan and session both say so, the first one counts, even when the call has ended by then."""
    if fact.call not in turn.floor.calls and fact.call not in turn.floor.ended:
        turn.tell(fact)


def on_returned(turn: Turn, fact: e.CallReturned) -> None:
    """The caller is back in our waiting session."""
    call = turn.call(fact.call)
    if call is None and fact.call not in turn.floor.ended:
        turn.tell(e.CallArrived(fact.at, fact.call, fact.channel, "", "", "", e.Party.RESYNC))
    if call is None or call.queue is None:
        return
    if call.state is CallState.OFFERED:
        turn.order(StartTimer(f"returned:{call.id}", turn.now + timedelta(seconds=RETURN_DOUBT_SECONDS)))
        return
    turn.tell_if_legal(fact)


def on_ringing(turn: Turn, fact: e.OfferRinging) -> None:
    """The agent's phone rings; a phone that rings for a withdrawn offer is silenced."""
    if _offered_to(turn, fact.call, fact.agent):
        turn.order(StopTimer(f"returned:{fact.call}"))
        turn.tell_if_legal(fact)
    else:
        turn.order(HangUpChannel(fact.channel))


def on_expired(turn: Turn, fact: e.OfferExpired) -> None:
    """The phone was not answered: the caller keeps the place, the agent is 未应答."""
    if _offered_to(turn, fact.call, fact.agent):
        turn.order(StopTimer(f"returned:{fact.call}"), StopTimer(f"offer:{fact.call}"))
        agents.end_offer(turn, fact)


def on_answered(turn: Turn, fact: e.OfferAnswered) -> None:
    """Agent and caller talk."""
    if _offered_to(turn, fact.call, fact.agent):
        turn.order(StopTimer(f"returned:{fact.call}"), StopTimer(f"offer:{fact.call}"))
        turn.tell_if_legal(fact)


def on_talk_ended(turn: Turn, fact: e.TalkEnded) -> None:
    """The agent hung up. The switch knows no agent here: the call does."""
    call = turn.call(fact.call)
    if call is not None and call.agent is not None:
        end_talk(turn, call, fact)


def on_degraded(turn: Turn, fact: e.CallDegraded) -> None:
    """The dialplan helped itself while we were away."""
    turn.tell_if_legal(fact)


def on_ended(turn: Turn, fact: e.CallEnded) -> None:
    """The caller is gone: take the call apart, then close it in its bucket."""
    call = turn.call(fact.call)
    if call is None or call.state is CallState.ENDED:
        return
    if call.state is CallState.OFFERED and call.agent is not None:
        turn.order(StopTimer(f"offer:{call.id}"), StopTimer(f"returned:{call.id}"))
        agents.end_offer(turn, e.OfferExpired(fact.at, call.id, call.agent, e.Miss.WITHDRAWN))
    elif call.state in (CallState.TALKING, CallState.HOLDING) and call.agent is not None:
        by = e.Party.CALLER if fact.source is e.Party.SWITCH else fact.source
        end_talk(turn, call, e.TalkEnded(fact.at, call.id, call.agent, by))
    call = turn.floor.calls[call.id]
    short = turn.floor.rules.queue(call.queue).short_abandon_seconds
    outcome = outcome_of(call, call.waited_seconds(fact.at), short)
    turn.tell(e.CallEnded(fact.at, call.id, outcome, fact.cause, fact.source))
    if call.state is CallState.LEG_LOST and call.agent is not None:
        agents.without_caller(turn, turn.agent(call.agent))


def end_talk(turn: Turn, call: Call, fact: e.TalkEnded) -> None:
    """Tell the end of a talk and start the agent's wrap-up clock."""
    agent = call.agent
    if agent is None:
        return
    if call.state is CallState.LEG_LOST or turn.agent(agent).state not in (AgentState.TALKING, AgentState.HOLDING):
        return
    if not turn.tell_if_legal(e.TalkEnded(fact.at, call.id, agent, fact.by)):
        return
    until = fact.at + timedelta(seconds=turn.floor.rules.queue(call.queue).wrap_up_seconds)
    turn.tell(e.WrapUpUntil(fact.at, agent, until))
    turn.order(StartTimer(f"wrapup:{agent}", until))


def offer_overdue(turn: Turn, call_id: CallId) -> None:
    """Nobody told how an offer ended: ask the switch."""
    call = turn.call(call_id)
    if call is not None and call.state is CallState.OFFERED:
        turn.order(ReadBack())


def _offered_to(turn: Turn, call_id: CallId, agent: AgentId) -> bool:
    call = turn.call(call_id)
    return call is not None and call.state is CallState.OFFERED and call.agent == agent
