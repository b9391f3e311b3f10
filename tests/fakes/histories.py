"""Scripted histories for journal tests: short words for facts, ten seconds apart."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from callcenter.domain import events as e
from callcenter.domain.ids import AgentId, CallId, ChannelName, CustomerId, QueueId, StepId
from callcenter.service.ports import JournalRow

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
REPAIR = QueueId("repair")
PHONE = ChannelName("PJSIP/8001-00000001")


def at(seconds: float) -> datetime:
    return MORNING + timedelta(seconds=seconds)


def rows(facts: Iterable[e.Event], first_seq: int = 1) -> list[JournalRow]:
    return [JournalRow(seq, fact) for seq, fact in enumerate(facts, first_seq)]


def signed_in(agent: str, start: float = 0) -> list[e.Event]:
    who = AgentId(agent)
    return [
        e.AgentSignedIn(at(start), who, e.PhoneKind.SIP, agent, (REPAIR,)),
        e.AgentReady(at(start + 1), who),
    ]


def waiting(call: str, start: float, number: str = "+8616800000001") -> list[e.Event]:
    """The caller presses 2, is known, and waits from start + 20."""
    which = CallId(call)
    return [
        e.CallArrived(at(start), which, ChannelName(f"PJSIP/trunk-{call}"), number, "李娜", "96777"),
        e.KeysPressed(at(start + 10), which, StepId("menu"), "2", "报修"),
        e.CustomerIdentified(at(start + 11), which, CustomerId(1), "number"),
        e.CallQueued(at(start + 20), which, REPAIR),
    ]


def offered(call: str, agent: str, start: float) -> list[e.Event]:
    which, who = CallId(call), AgentId(agent)
    return [
        e.OfferMade(at(start), which, who, REPAIR, "longest idle", ("8009: busy",)),
        e.OfferRinging(at(start + 1), which, who, PHONE),
    ]


def missed(call: str, agent: str, start: float, cause: e.Miss = e.Miss.NO_ANSWER) -> list[e.Event]:
    return [e.OfferExpired(at(start), CallId(call), AgentId(agent), cause)]


def talked(call: str, agent: str, start: float) -> list[e.Event]:
    """Answered at start, on hold from +30 to +40, apart at +100."""
    which, who = CallId(call), AgentId(agent)
    return [
        e.OfferAnswered(at(start), which, who, PHONE),
        e.RecordingStarted(at(start), which, f"2026/11/20/{call}.wav"),
        e.CallHeld(at(start + 30), which, who),
        e.CallResumed(at(start + 40), which, who),
        e.NoteSaved(at(start + 50), which, who, "表后漏气", "leak"),
        e.TalkEnded(at(start + 100), which, who, e.Party.CALLER),
    ]


def ended(call: str, start: float, outcome: e.Outcome = e.Outcome.ANSWERED) -> list[e.Event]:
    return [e.CallEnded(at(start), CallId(call), outcome, 16)]


def wrapped_up(call: str, agent: str, start: float) -> list[e.Event]:
    return [e.WrapUpFinished(at(start), AgentId(agent), CallId(call), "leak", "已派单")]


def whole_call(call: str, agent: str, start: float = 0) -> list[e.Event]:
    """A call from arrival to the end of wrap-up: waits 30 s, talks 100 s (10 on hold), wraps up 25 s."""
    return [
        *waiting(call, start),
        *offered(call, agent, start + 40),
        *talked(call, agent, start + 50),
        *ended(call, start + 150),
        *wrapped_up(call, agent, start + 175),
    ]
