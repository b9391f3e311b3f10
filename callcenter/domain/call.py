"""The life of one inbound call: states, the MOVES table, `step`. Knows nothing of agents' states or of the switch."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from callcenter.domain import events as e
from callcenter.domain.errors import IllegalMove
from callcenter.domain.ids import AgentId, CallId, ChannelName, CustomerId, QueueId, StepId


class CallState(StrEnum):
    """Where the caller is."""

    IN_IVR = "in_ivr"
    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    HOLDING = "holding"
    LEG_LOST = "leg_lost"
    AFTER = "after"
    DEGRADED = "degraded"
    ENDED = "ended"


S = CallState
LIVE = tuple(state for state in S if state is not S.ENDED)

MOVES: Mapping[tuple[CallState, type[e.Event]], CallState] = {
    **{(s, e.StepEntered): s for s in (S.IN_IVR, S.WAITING)},
    **{(s, e.KeysPressed): s for s in (S.IN_IVR, S.WAITING, S.OFFERED, S.AFTER)},
    **{(s, e.CustomerIdentified): s for s in S},
    **{(s, e.RecordingStarted): s for s in S},
    **{(s, e.NoteSaved): s for s in S},
    (S.IN_IVR, e.CallServed): S.IN_IVR,
    (S.IN_IVR, e.CallQueued): S.WAITING,
    (S.WAITING, e.CallQueued): S.WAITING,
    (S.DEGRADED, e.CallQueued): S.WAITING,
    (S.DEGRADED, e.StepEntered): S.IN_IVR,
    (S.WAITING, e.CallReturned): S.WAITING,
    (S.DEGRADED, e.CallReturned): S.WAITING,
    (S.LEG_LOST, e.CallReturned): S.WAITING,
    (S.WAITING, e.OfferMade): S.OFFERED,
    (S.LEG_LOST, e.OfferMade): S.OFFERED,
    (S.OFFERED, e.OfferRinging): S.OFFERED,
    (S.OFFERED, e.OfferExpired): S.WAITING,
    (S.OFFERED, e.OfferAnswered): S.TALKING,
    (S.TALKING, e.CallHeld): S.HOLDING,
    (S.HOLDING, e.CallResumed): S.TALKING,
    (S.TALKING, e.LegLost): S.LEG_LOST,
    (S.HOLDING, e.LegLost): S.LEG_LOST,
    (S.TALKING, e.TalkEnded): S.AFTER,
    (S.HOLDING, e.TalkEnded): S.AFTER,
    (S.LEG_LOST, e.TalkEnded): S.AFTER,
    (S.IN_IVR, e.CallDegraded): S.DEGRADED,
    (S.WAITING, e.CallDegraded): S.DEGRADED,
    (S.DEGRADED, e.CallDegraded): S.DEGRADED,
    **{(s, e.CallEnded): S.ENDED for s in (S.IN_IVR, S.WAITING, S.AFTER, S.DEGRADED, S.LEG_LOST)},
}
"""An offered or talking call is first taken apart (OfferExpired, TalkEnded), then ended: the engine sees to that."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it is now. `keys` and `heard` are the caller's path for the desk."""

    id: CallId
    channel: ChannelName
    number: str
    name: str
    dialed: str
    arrived_at: datetime
    state: CallState = S.IN_IVR
    step: StepId | None = None
    heard: tuple[str, ...] = ()
    keys: tuple[e.KeysPressed, ...] = ()
    customer: CustomerId | None = None
    served: str = ""
    queue: QueueId | None = None
    priority: int = 0
    queued_at: datetime | None = None
    agent: AgentId | None = None
    agent_channel: ChannelName | None = None
    offered_at: datetime | None = None
    why: str = ""
    passed_over: tuple[str, ...] = ()
    ringing: bool = False
    answered_at: datetime | None = None
    talk_began_at: datetime | None = None
    held_at: datetime | None = None
    held_seconds: float = 0.0
    talk_ended_at: datetime | None = None
    recording: str = ""
    degraded_answered: bool = False
    was_degraded: bool = False
    ended_at: datetime | None = None
    outcome: e.Outcome | None = None
    note: str = ""
    code: str = ""

    def waited_seconds(self, now: datetime) -> float:
        """Return how long the caller has waited or did wait in line, in seconds."""
        if self.queued_at is None:
            return 0.0
        return ((self.answered_at or self.ended_at or now) - self.queued_at).total_seconds()


def arrive(event: e.CallArrived) -> Call:
    """Return the new call that the fact tells of."""
    return Call(event.call, event.channel, event.number, event.name, event.dialed, event.at)


def step(call: Call, event: e.Event) -> Call:
    """Return the call after `event`.

    Raises:
        IllegalMove: the table has no such move; hang-up races make this normal.
    """
    target = MOVES.get((call.state, type(event)))
    if target is None:
        raise IllegalMove("call", call.state, e.kind_of(event))
    return replace(_filled(call, event), state=target)


def _filled(call: Call, event: e.Event) -> Call:  # noqa: PLR0912 - one flat match, a line for each fact
    match event:
        case e.StepEntered():
            heard = (*call.heard, event.label)[-12:] if event.label else call.heard
            return replace(call, step=event.step, heard=heard)
        case e.KeysPressed():
            return replace(call, keys=(*call.keys, event)[-20:])
        case e.CustomerIdentified():
            return replace(call, customer=event.customer)
        case e.RecordingStarted():
            return replace(call, recording=event.path)
        case e.NoteSaved():
            return replace(call, note=event.text, code=event.code)
        case e.CallServed():
            return replace(call, served=event.service)
        case e.CallQueued():
            first = call.queued_at if call.queue is not None else None
            return replace(call, queue=event.queue, priority=event.priority, queued_at=first or event.at, agent=None)
        case e.CallReturned():
            return replace(call, channel=event.channel, agent=None, agent_channel=None, ringing=False)
        case e.OfferMade():
            return replace(
                call,
                agent=event.agent,
                offered_at=event.at,
                why=event.why,
                passed_over=event.passed_over,
                ringing=False,
            )
        case e.OfferRinging():
            return replace(call, agent_channel=event.channel, ringing=True)
        case e.OfferExpired():
            return replace(call, agent=None, agent_channel=None, offered_at=None, ringing=False)
        case e.OfferAnswered():
            first = call.answered_at or event.at
            return replace(call, agent_channel=event.channel, answered_at=first, talk_began_at=event.at, ringing=False)
        case e.CallHeld():
            return replace(call, held_at=event.at)
        case e.CallResumed() | e.LegLost():
            return _off_hold(replace(call, agent_channel=None) if isinstance(event, e.LegLost) else call, event.at)
        case e.TalkEnded():
            return replace(_off_hold(call, event.at), talk_ended_at=event.at, agent_channel=None)
        case e.CallDegraded():
            return replace(
                call, was_degraded=True, degraded_answered=call.degraded_answered or event.answered, agent=None
            )
        case e.CallEnded():
            return replace(call, ended_at=event.at, outcome=event.outcome)
        case _:
            return call


def _off_hold(call: Call, at: datetime) -> Call:
    if call.held_at is None:
        return call
    return replace(call, held_at=None, held_seconds=call.held_seconds + (at - call.held_at).total_seconds())
