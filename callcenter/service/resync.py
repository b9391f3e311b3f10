"""After a gap: compares the floor with the switch's own picture and tells what was missed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from callcenter.domain import events as e
from callcenter.domain.agent import AgentState
from callcenter.domain.call import Call, CallState
from callcenter.domain.ids import AgentId, CallId, ChannelName
from callcenter.domain.orders import StartTimer
from callcenter.service import calls, desks
from callcenter.service.messages import PassedBy, Picture
from callcenter.service.ports import LiveChannel
from callcenter.service.turn import Turn

SETTLED_SECONDS = 1.0
"""A call younger than this may have come while the picture was drawn."""


def compare(turn: Turn, picture: Picture) -> None:
    """Bring the floor to what the switch says; afterwards both agree."""
    legs: dict[CallId, list[LiveChannel]] = {}
    for channel in picture.channels:
        legs.setdefault(channel.call, []).append(channel)
    for call in list(turn.floor.calls.values()):
        if call.state is not CallState.ENDED and call.arrived_at < picture.asked_at - timedelta(
            seconds=SETTLED_SECONDS
        ):
            _settle(turn, call, legs.get(call.id, []), picture.asked_at)
    for call_id, channels in legs.items():
        _adopt(turn, call_id, channels)
    by_extension = {seat.extension: seat.agent for seat in turn.floor.rules.seats.values()}
    for extension, agent in by_extension.items():
        up = extension in picture.phones
        if turn.agent(agent).phone_up != up:
            desks.phone_seen(turn, e.PhoneSeen(turn.now, agent, up))
    turn.floor.suspects.clear()
    if not turn.floor.switch_up:
        turn.tell(e.SwitchBack(turn.now, len(legs)))


def passed_by(turn: Turn, call: PassedBy) -> None:
    """Enter a call that came and went while we were away."""
    if call.call in turn.floor.calls or call.call in turn.floor.ended:
        return
    turn.tell(
        e.CallArrived(call.arrived_at, call.call, ChannelName(""), "", "", call.dialed, e.Party.RESYNC),
        e.CallDegraded(call.arrived_at, call.call, call.answered),
        e.CallEnded(call.ended_at, call.call, e.Outcome.DEGRADED, 0, e.Party.RESYNC),
    )


def _settle(turn: Turn, call: Call, channels: Sequence[LiveChannel], asked_at: datetime) -> None:
    own = next((channel for channel in channels if channel.uniqueid == call.id), None)
    if own is None:
        calls.on_ended(turn, e.CallEnded(turn.now, call.id, e.Outcome.ABANDONED, 0, e.Party.RESYNC))
        return
    connected = next((leg for leg in channels if leg is not own and leg.bridge and leg.bridge == own.bridge), None)
    ours = own.context == "connect"
    young = call.offered_at is not None and call.offered_at > asked_at - timedelta(seconds=SETTLED_SECONDS)
    match call.state:
        case CallState.OFFERED if ours and connected is not None and call.agent is not None:
            calls.on_answered(turn, e.OfferAnswered(turn.now, call.id, call.agent, connected.name, e.Party.RESYNC))
        case CallState.OFFERED if not ours and not young and call.agent is not None:
            calls.on_expired(turn, e.OfferExpired(turn.now, call.id, call.agent, e.Miss.WITHDRAWN))
        case CallState.TALKING | CallState.HOLDING if not ours and call.agent is not None:
            calls.end_talk(turn, call, e.TalkEnded(turn.now, call.id, call.agent, e.Party.RESYNC))
        case CallState.LEG_LOST if call.agent is not None and connected is None:
            patience = timedelta(seconds=turn.floor.rules.rejoin_seconds)
            turn.order(StartTimer(f"rejoin:{call.agent}", turn.now + patience))
        case _:
            pass
    if connected is not None and turn.floor.calls[call.id].state in (CallState.IN_IVR, CallState.WAITING):
        # a duty phone, or an agent whom we do not know of, talks with the caller: nobody else is offered the call
        turn.tell(e.CallDegraded(turn.now, call.id, answered=True))


def _adopt(turn: Turn, call_id: CallId, channels: Sequence[LiveChannel]) -> None:
    own = next((channel for channel in channels if channel.uniqueid == call_id), None)
    # a caller in "hotline" or in our session is told of by the dialplan or the session itself, with the number
    silent = own is not None and (own.context == "connect" or (own.context == "serve" and own.application == "Dial"))
    if own is None or not silent or call_id in turn.floor.calls or call_id in turn.floor.ended:
        return
    arrived = turn.now - timedelta(seconds=own.seconds)
    turn.tell(e.CallArrived(arrived, call_id, own.name, "", "", own.extension, e.Party.RESYNC))
    agent_leg = next((leg for leg in channels if leg is not own and leg.bridge and leg.bridge == own.bridge), None)
    if own.context == "connect" and agent_leg is not None:
        _adopt_talk(turn, call_id, own, agent_leg)
    if agent_leg is not None and turn.floor.calls[call_id].state is not CallState.TALKING:
        turn.tell(e.CallDegraded(turn.now, call_id, answered=True))


def _adopt_talk(turn: Turn, call_id: CallId, own: LiveChannel, agent_leg: LiveChannel) -> None:
    """A talk that the journal does not know: only the switch remembers it."""
    seats = {seat.extension: seat for seat in turn.floor.rules.seats.values()}
    seat = seats.get(own.extension.partition("*")[0])
    if (
        seat is None
        or not seat.queues
        or turn.agent(seat.agent).state not in (AgentState.READY, AgentState.DISCONNECTED)
    ):
        return
    agent: AgentId = seat.agent
    turn.tell_if_legal(e.CallQueued(turn.now, call_id, seat.queues[0]))
    if turn.tell_if_legal(e.OfferMade(turn.now, call_id, agent, seat.queues[0], "resync:0")):
        turn.tell_if_legal(e.OfferAnswered(turn.now, call_id, agent, agent_leg.name, e.Party.RESYNC))
