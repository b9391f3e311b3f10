"""Pages and phones that come and go under an agent: a reload keeps the caller, a crash gives the caller to the next."""

from datetime import timedelta

from callcenter.domain import events as e
from callcenter.domain.agent import Agent, AgentState
from callcenter.domain.call import Call, CallState
from callcenter.domain.ids import AgentId
from callcenter.domain.orders import ConnectCaller, ReturnToWaiting, StartTimer, StopTimer
from callcenter.service import agents
from callcenter.service.calls import OFFER_GRACE_SECONDS
from callcenter.service.messages import DeskClosed, DeskOpened
from callcenter.service.turn import Turn

BLIP_SECONDS = 5
"""How long a desk may be gone before the agent counts as 断线."""

STALE_PHONE_SECONDS = 1.5
"""After a reload the switch may still list the old page's registration; a new one normally comes within this."""

A = AgentState


def opened(turn: Turn, message: DeskOpened) -> None:
    """A page connected: the same one after a blip, or a new load of it."""
    agent = turn.agent(message.agent)
    if agent.state is A.SIGNED_OUT:
        return
    turn.order(StopTimer(f"desk:{agent.id}"))
    reloaded = bool(agent.page) and agent.page != message.page
    if agent.page == message.page and agent.desk_up:
        return
    turn.tell(e.DesktopBack(turn.now, agent.id, message.page))
    if agent.state is A.DISCONNECTED:
        _restore(turn, agent)
    call = turn.call(agent.call)
    if reloaded and agent.phone is e.PhoneKind.BROWSER and call and agent.state in (A.TALKING, A.HOLDING):
        turn.tell(e.LegLost(turn.now, call.id, agent.id))
        patience = STALE_PHONE_SECONDS if agent.phone_up else turn.floor.rules.rejoin_seconds
        turn.order(StartTimer(f"rejoin:{agent.id}", turn.now + timedelta(seconds=patience)))


def closed(turn: Turn, message: DeskClosed) -> None:
    """The last page of the agent went away; wait for it for a moment."""
    if turn.agent(message.agent).state is not A.SIGNED_OUT:
        turn.order(StartTimer(f"desk:{message.agent}", turn.now + timedelta(seconds=BLIP_SECONDS)))


def gone(turn: Turn, agent_id: AgentId) -> None:
    """The page did not come back."""
    if turn.agent(agent_id).state is A.SIGNED_OUT:
        return
    turn.tell(e.DesktopLost(turn.now, agent_id))
    _give_up_leg(turn, turn.agent(agent_id))


def phone_seen(turn: Turn, fact: e.PhoneSeen) -> None:
    """A phone registered or went away."""
    if turn.agent(fact.agent).phone_up != fact.up:
        turn.tell(fact)
    agent = turn.agent(fact.agent)
    if fact.up and (call := _lost_call(turn, agent)) is not None:
        rejoin(turn, agent, call)
    elif not fact.up:
        _give_up_leg(turn, agent)


def rejoin_overdue(turn: Turn, agent_id: AgentId) -> None:
    """The reloaded page's phone should have registered by now."""
    agent = turn.agent(agent_id)
    call = _lost_call(turn, agent)
    if call is None:
        return
    if agent.phone_up and agent.desk_up:
        rejoin(turn, agent, call)
    else:
        turn.order(ReturnToWaiting(call.id, call.channel))
        agents.without_caller(turn, agent)


def rejoin(turn: Turn, agent: Agent, call: Call) -> None:
    """Ring the reloaded page for its own caller; it answers by itself."""
    turn.order(StopTimer(f"rejoin:{agent.id}"))
    if call.queue is None or not turn.tell_if_legal(
        e.OfferMade(turn.now, call.id, agent.id, call.queue, "rejoin:0", (), rejoin=True)
    ):
        turn.order(ReturnToWaiting(call.id, call.channel))
        return
    ring_seconds = turn.floor.rules.rejoin_seconds
    turn.order(
        ConnectCaller(call.id, call.channel, agent.id, agent.extension, ring_seconds, auto_answer=True),
        StartTimer(f"offer:{call.id}", turn.now + timedelta(seconds=ring_seconds + OFFER_GRACE_SECONDS)),
    )


def _restore(turn: Turn, was: Agent) -> None:
    match was.before:
        case A.READY:
            turn.tell(e.AgentReady(turn.now, was.id, e.Party.SWITCH))
        case A.BREAK:
            turn.tell(e.AgentOnBreak(turn.now, was.id, was.before_reason, e.Party.SWITCH))
        case A.BUSY if was.before_reason:
            turn.tell(e.AgentBusy(turn.now, was.id, was.before_reason, e.Party.SWITCH))
        case _:
            pass


def _give_up_leg(turn: Turn, agent: Agent) -> None:
    """Neither page nor phone is there: the talk is dead air, so the caller goes back to the head of the line."""
    call = turn.call(agent.call)
    dead = agent.phone is e.PhoneKind.BROWSER and not agent.desk_up and not agent.phone_up
    if dead and call is not None and agent.state in (A.TALKING, A.HOLDING):
        turn.tell(e.LegLost(turn.now, call.id, agent.id))
        turn.order(ReturnToWaiting(call.id, call.channel))


def _lost_call(turn: Turn, agent: Agent) -> Call | None:
    lost = (call for call in turn.floor.calls.values() if call.state is CallState.LEG_LOST and call.agent == agent.id)
    return next(lost, None)
