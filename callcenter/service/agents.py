"""What agents wish: each command is granted as facts and orders, or refused with a reason in both languages."""

from datetime import timedelta

from callcenter.domain import commands as c
from callcenter.domain import events as e
from callcenter.domain.agent import Agent, AgentState
from callcenter.domain.call import Call
from callcenter.domain.errors import Refused
from callcenter.domain.ids import CallId
from callcenter.domain.orders import HangUpChannel, MuteChannel, StartTimer, StopTimer
from callcenter.service.turn import Turn

A = AgentState

EARLY_RING_SECONDS = 1
"""A wrap-up timer that rings earlier than this belongs to a time that was extended meanwhile."""


def sign_in(turn: Turn, wish: c.SignIn) -> None:
    """签入; signing in again with the same phone changes nothing but the page."""
    seat = turn.floor.rules.seats.get(wish.agent)
    if seat is None:
        raise Refused(
            "no_seat",
            f"工号 {wish.agent} 没有座席配置，请联系管理员。",
            f"Agent {wish.agent} has no seat configured; ask your administrator.",
        )
    agent = turn.agent(wish.agent)
    if agent.state in (A.SIGNED_OUT, A.DISCONNECTED):
        turn.tell(e.AgentSignedIn(turn.now, wish.agent, wish.phone, seat.extension, seat.queues))
        if turn.floor.rules.after_sign_in == "ready":
            turn.tell(e.AgentReady(turn.now, wish.agent))
    elif agent.phone is not wish.phone:
        raise Refused(
            "signed_in", "已签入，请先签出再更换话机。", "Already signed in; sign out before changing the phone."
        )
    if wish.page:
        turn.tell(e.DesktopBack(turn.now, wish.agent, wish.page))


def sign_out(turn: Turn, wish: c.SignOut) -> None:
    """签出, not in the middle of a call."""
    agent = turn.agent(wish.agent)
    if agent.state is A.SIGNED_OUT:
        return
    if agent.state in (A.RINGING, A.TALKING, A.HOLDING):
        raise Refused("on_call", "通话中不能签出，请先挂机。", "You cannot sign out during a call; hang up first.")
    if agent.state is A.WRAP_UP:
        _close_as_typed(turn, agent, e.Party.AGENT)
    turn.order(StopTimer(f"wrapup:{agent.id}"))
    turn.tell(e.AgentSignedOut(turn.now, agent.id))


def be_ready(turn: Turn, wish: c.BeReady) -> None:
    """示闲; during a call: ready after it."""
    _signed_in(turn, wish)
    turn.tell(e.AgentReady(turn.now, wish.agent))


def be_busy(turn: Turn, wish: c.BeBusy) -> None:
    """示忙; during a call: busy after it."""
    _signed_in(turn, wish)
    _known(wish.reason, turn.floor.rules.busy_reasons)
    turn.tell(e.AgentBusy(turn.now, wish.agent, wish.reason))


def take_break(turn: Turn, wish: c.TakeBreak) -> None:
    """小休; during a call: after it."""
    _signed_in(turn, wish)
    _known(wish.reason, turn.floor.rules.break_reasons, required=True)
    turn.tell(e.AgentOnBreak(turn.now, wish.agent, wish.reason))


def reject_offer(turn: Turn, wish: c.RejectOffer) -> None:
    """拒接: the caller keeps the place, the agent is 示忙."""
    call = _call_in(turn, turn.agent(wish.agent), A.RINGING)
    if call.agent_channel is not None:
        turn.order(HangUpChannel(call.agent_channel))
    turn.order(StopTimer(f"offer:{call.id}"))
    end_offer(turn, e.OfferExpired(turn.now, call.id, wish.agent, e.Miss.REJECTED))


def end_offer(turn: Turn, fact: e.OfferExpired) -> None:
    """Tell the end of an offer, then what the agent had asked for or lost while the phone rang."""
    if not turn.tell_if_legal(fact):
        return
    agent = turn.agent(fact.agent)
    if agent.state is A.READY:
        _as_asked(turn, agent)
    if not agent.desk_up:
        turn.tell(e.DesktopLost(turn.now, agent.id))


def without_caller(turn: Turn, agent: Agent) -> None:
    """The caller of a lost leg is not coming back to this agent: a page that is there is 示忙, not 断线."""
    if agent.state is A.DISCONNECTED and agent.desk_up:
        turn.tell(e.DesktopBack(turn.now, agent.id, agent.page))


def hang_up(turn: Turn, wish: c.HangUp) -> None:
    """挂机; the switch then tells that the talk ended."""
    call = _call_in(turn, turn.agent(wish.agent), A.TALKING, A.HOLDING)
    if call.agent_channel is not None:
        turn.order(HangUpChannel(call.agent_channel))


def mute(turn: Turn, wish: c.Mute) -> None:
    """静音 on the switch."""
    call = _call_in(turn, turn.agent(wish.agent), A.TALKING, A.HOLDING)
    if call.agent_channel is not None:
        turn.order(MuteChannel(call.agent_channel, wish.on))


def save_note(turn: Turn, wish: c.SaveNote) -> None:
    """Keep the half-typed note of the agent's own call."""
    call = _own_call(turn, wish, wish.call)
    if (call.note, call.code) != (wish.text, wish.code):
        turn.tell(e.NoteSaved(turn.now, call.id, wish.agent, wish.text, wish.code))


def name_customer(turn: Turn, wish: c.NameCustomer) -> None:
    """The agent says whom the call is about."""
    call = _own_call(turn, wish, wish.call)
    turn.tell(e.CustomerIdentified(turn.now, call.id, wish.customer, "agent"))


def extend_wrap_up(turn: Turn, wish: c.ExtendWrapUp) -> None:
    """延长 by the queue's wrap-up time."""
    agent = turn.agent(wish.agent)
    if agent.state is not A.WRAP_UP:
        raise _not_now("话后整理已结束。", "Wrap-up is over already.")
    call = turn.call(turn.floor.wrapping.get(agent.id))
    seconds = turn.floor.rules.queue(call.queue if call else None).wrap_up_seconds
    until = max(agent.until or turn.now, turn.now) + timedelta(seconds=seconds)
    turn.tell(e.WrapUpUntil(turn.now, agent.id, until))
    turn.order(StartTimer(f"wrapup:{agent.id}", until))


def finish_wrap_up(turn: Turn, wish: c.FinishWrapUp) -> None:
    """完成小结 with a code."""
    agent = turn.agent(wish.agent)
    if agent.state is not A.WRAP_UP or turn.floor.wrapping.get(agent.id) != wish.call:
        raise _not_now("这通来电不在话后整理中。", "This call is not in wrap-up.")
    _known(wish.code, turn.floor.rules.wrap_up_codes, required=True)
    turn.order(StopTimer(f"wrapup:{agent.id}"))
    _close_wrap_up(turn, agent, wish.code, wish.note, e.Party.AGENT)


def wrap_up_ran_out(turn: Turn, agent: Agent) -> None:
    """超时未小结: keep what was typed, and go on."""
    early = agent.until is not None and turn.now < agent.until - timedelta(seconds=EARLY_RING_SECONDS)
    if agent.state is A.WRAP_UP and not early:
        _close_as_typed(turn, agent, e.Party.TIMEOUT)


def _close_as_typed(turn: Turn, agent: Agent, by: e.Party) -> None:
    call = turn.call(turn.floor.wrapping.get(agent.id))
    _close_wrap_up(turn, agent, call.code if call else "", call.note if call else "", by)


def _close_wrap_up(turn: Turn, agent: Agent, code: str, note: str, by: e.Party) -> None:
    call = turn.floor.wrapping.get(agent.id, CallId(""))
    turn.tell(e.WrapUpFinished(turn.now, agent.id, call, code, note, by))
    _as_asked(turn, agent)
    if not agent.desk_up:
        turn.tell(e.DesktopLost(turn.now, agent.id))


def _as_asked(turn: Turn, agent: Agent) -> None:
    match agent.after:
        case A.BUSY:
            turn.tell(e.AgentBusy(turn.now, agent.id, agent.after_reason))
        case A.BREAK:
            turn.tell(e.AgentOnBreak(turn.now, agent.id, agent.after_reason))
        case _:
            pass


def _signed_in(turn: Turn, wish: c.Command) -> Agent:
    agent = turn.agent(wish.agent)
    if agent.state is A.SIGNED_OUT:
        raise _not_now("尚未签入，请先签入。", "You are not signed in; sign in first.")
    return agent


def _known(reason: str, reasons: frozenset[str], required: bool = False) -> None:
    if (reason or required) and reason not in reasons:
        raise Refused("unknown_code", "请从列表中选择一项。", "Choose one of the listed codes.")


def _call_in(turn: Turn, agent: Agent, *states: AgentState) -> Call:
    call = turn.call(agent.call)
    if agent.state not in states or call is None:
        raise _not_now("当前没有可操作的通话。", "There is no such call now.")
    return call


def _own_call(turn: Turn, wish: c.Command, call_id: CallId) -> Call:
    call = turn.call(call_id)
    wraps = turn.floor.wrapping.get(wish.agent) == call_id
    if call is None or not (wraps or call.agent == wish.agent):
        raise Refused("not_your_call", "这不是您正在处理的来电。", "This is not a call that you are handling.")
    return call


def _not_now(zh: str, en: str) -> Refused:
    return Refused("not_now", zh, en)
