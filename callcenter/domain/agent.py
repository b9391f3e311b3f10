"""An agent's day: states, the MOVES table, `step`. Knows nothing of queues or of the switch."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from callcenter.domain import events as e
from callcenter.domain.errors import IllegalMove
from callcenter.domain.ids import AgentId, CallId, QueueId


class AgentState(StrEnum):
    """What the agent is doing, as the desk and the board name it."""

    SIGNED_OUT = "signed_out"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    HOLDING = "holding"
    WRAP_UP = "wrap_up"
    BUSY = "busy"
    BREAK = "break"
    NOT_RESPONDING = "not_responding"
    DISCONNECTED = "disconnected"


S = AgentState
IDLE = (S.READY, S.BUSY, S.BREAK, S.NOT_RESPONDING)
ON_CALL = (S.RINGING, S.TALKING, S.HOLDING)

Trigger = type[e.Event] | e.Miss
"""What a move depends on: the class of the fact, and for a missed offer its cause."""

MOVES: Mapping[tuple[AgentState, Trigger], AgentState] = {
    (S.SIGNED_OUT, e.AgentSignedIn): S.BUSY,
    (S.DISCONNECTED, e.AgentSignedIn): S.BUSY,
    **{(s, e.AgentReady): S.READY for s in (*IDLE, S.DISCONNECTED)},
    **{(s, e.AgentBusy): S.BUSY for s in (*IDLE, S.DISCONNECTED)},
    **{(s, e.AgentOnBreak): S.BREAK for s in (*IDLE, S.DISCONNECTED)},
    # asked for during a call: it is what comes after wrap-up
    **{(s, ask): s for s in (*ON_CALL, S.WRAP_UP) for ask in (e.AgentReady, e.AgentBusy, e.AgentOnBreak)},
    (S.READY, e.OfferMade): S.RINGING,
    (S.DISCONNECTED, e.OfferMade): S.RINGING,
    (S.RINGING, e.OfferRinging): S.RINGING,
    (S.RINGING, e.OfferAnswered): S.TALKING,
    (S.RINGING, e.Miss.NO_ANSWER): S.NOT_RESPONDING,
    (S.RINGING, e.Miss.UNREACHABLE): S.NOT_RESPONDING,
    (S.RINGING, e.Miss.REJECTED): S.BUSY,
    (S.RINGING, e.Miss.WITHDRAWN): S.READY,
    (S.TALKING, e.CallHeld): S.HOLDING,
    (S.HOLDING, e.CallResumed): S.TALKING,
    (S.TALKING, e.LegLost): S.DISCONNECTED,
    (S.HOLDING, e.LegLost): S.DISCONNECTED,
    (S.TALKING, e.TalkEnded): S.WRAP_UP,
    (S.HOLDING, e.TalkEnded): S.WRAP_UP,
    (S.WRAP_UP, e.WrapUpUntil): S.WRAP_UP,
    (S.WRAP_UP, e.WrapUpFinished): S.READY,
    **{(s, e.DesktopLost): S.DISCONNECTED for s in (*IDLE, S.DISCONNECTED)},
    **{(s, e.DesktopLost): s for s in (*ON_CALL, S.WRAP_UP)},
    (S.DISCONNECTED, e.DesktopBack): S.BUSY,
    **{(s, e.DesktopBack): s for s in S if s is not S.DISCONNECTED},
    **{(s, e.PhoneSeen): s for s in S},
    **{(s, e.AgentSignedOut): S.SIGNED_OUT for s in (*IDLE, S.WRAP_UP, S.DISCONNECTED)},
}


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent as he or she is now. `after` is what was asked for during the call; `before` the state that a lost
    desk interrupted, with its reason; `idle_since` orders the agents for the next call."""

    id: AgentId
    state: AgentState
    since: datetime
    idle_since: datetime
    phone: e.PhoneKind = e.PhoneKind.BROWSER
    extension: str = ""
    queues: tuple[QueueId, ...] = ()
    reason: str = ""
    cause: str = ""
    call: CallId | None = None
    until: datetime | None = None
    after: AgentState = S.READY
    after_reason: str = ""
    before: AgentState = S.BUSY
    before_reason: str = ""
    page: str = ""
    desk_up: bool = False
    phone_up: bool = False


def signed_out(agent: AgentId, at: datetime) -> Agent:
    """Return an agent who has not come to work yet."""
    return Agent(agent, S.SIGNED_OUT, at, at)


def trigger_of(event: e.Event) -> Trigger:
    """Return what the MOVES table is asked with."""
    return event.cause if isinstance(event, e.OfferExpired) else type(event)


def step(agent: Agent, event: e.Event) -> Agent:
    """Return the agent after `event`.

    Raises:
        IllegalMove: the table has no such move.
    """
    target = MOVES.get((agent.state, trigger_of(event)))
    if target is None:
        raise IllegalMove("agent", agent.state, e.kind_of(event))
    filled = _filled(agent, event)
    if target is agent.state and not isinstance(event, (e.AgentBusy, e.AgentOnBreak)):
        return filled
    if target is agent.state and agent.state in (*ON_CALL, S.WRAP_UP):
        return filled
    reason, cause = _reason(event, target)
    return replace(
        filled,
        state=target,
        since=event.at,
        idle_since=event.at if target is S.READY and not _withdrawn(event) else filled.idle_since,
        reason=reason,
        cause=cause,
        until=None if target is not S.RINGING else filled.until,
    )


def _withdrawn(event: e.Event) -> bool:
    """Return whether an offer was taken back: the agent has been idle all along."""
    return isinstance(event, e.OfferExpired) and event.cause is e.Miss.WITHDRAWN


def _reason(event: e.Event, target: AgentState) -> tuple[str, str]:
    match event:
        case e.AgentBusy() | e.AgentOnBreak():
            return event.reason, event.by
        case e.OfferExpired():
            return ("", event.cause) if target is not S.READY else ("", "")
        case e.AgentReady() | e.WrapUpFinished() | e.TalkEnded():
            return "", event.by
        case _:
            return "", ""


def _filled(agent: Agent, event: e.Event) -> Agent:
    match event:
        case e.AgentSignedIn():
            return replace(
                agent, phone=event.phone, extension=event.extension, queues=event.queues, desk_up=True, call=None
            )
        case e.AgentSignedOut():
            return replace(agent, call=None, after=S.READY, after_reason="", page="", desk_up=False)
        case e.OfferMade():
            return replace(agent, call=event.call, after=S.READY, after_reason="")
        case e.OfferExpired() | e.LegLost() | e.WrapUpFinished():
            return replace(agent, call=None, before=S.BUSY, before_reason="")
        case e.AgentReady() | e.AgentBusy() | e.AgentOnBreak() if agent.state in (*ON_CALL, S.WRAP_UP):
            after = {e.AgentReady: S.READY, e.AgentBusy: S.BUSY, e.AgentOnBreak: S.BREAK}[type(event)]
            return replace(agent, after=after, after_reason=getattr(event, "reason", ""))
        case e.WrapUpUntil():
            return replace(agent, until=event.until)
        case e.DesktopLost():
            if agent.state is S.DISCONNECTED:
                return replace(agent, desk_up=False)
            return replace(agent, desk_up=False, before=agent.state, before_reason=agent.reason)
        case e.DesktopBack():
            return replace(agent, desk_up=True, page=event.page)
        case e.PhoneSeen():
            return replace(agent, phone_up=event.up)
        case _:
            return agent
