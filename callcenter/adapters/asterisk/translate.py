"""AMI event -> fact: the only file that knows AMI's event names. Decides nothing and asks nobody.

Correlation is by Linkedid, which all legs of a call share; the caller's own leg has Uniqueid == Linkedid.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import unquote

from callcenter.adapters.asterisk.ami.messages import AmiEvent
from callcenter.domain import events as e
from callcenter.domain.ids import AgentId, CallId, ChannelName

WANTED = frozenset({"UserEvent", "DialBegin", "DialEnd", "Hangup", "Hold", "Unhold", "ContactStatus"})

_CALL = re.compile(r"^(?:[A-Za-z0-9_-]{1,40}-)?[0-9]{9,11}\.[0-9]{1,10}\Z")
"""A Uniqueid: `<system name>-<second>.<number>`."""

_STAMP = re.compile(r"^[0-9]{9,11}(\.[0-9]{1,9})?\Z")
_CAUSE = re.compile(r"^[0-9]{1,3}\Z")
_EXTENSION = re.compile(r"^PJSIP/([0-9]{2,10})-")
_MISSES = {"BUSY": e.Miss.REJECTED, "CHANUNAVAIL": e.Miss.UNREACHABLE, "CONGESTION": e.Miss.UNREACHABLE}
_PHONE_DOWN = frozenset({"Removed", "Unreachable"})


class Translator:
    """Turns events of one switch into facts. `agent_of` maps a phone's extension to the agent who sits there."""

    def __init__(self, agent_of: Callable[[str], AgentId | None], clock: Callable[[], datetime]) -> None:
        self._agent_of, self._clock = agent_of, clock
        self._words: Mapping[str, Callable[[AmiEvent, datetime], e.Event | None]] = {
            "DialBegin": self._dial_begin,
            "DialEnd": self._dial_end,
            "Hangup": _hangup,
            "Hold": self._hold,
            "Unhold": self._unhold,
            "ContactStatus": self._contact,
            "UserEvent": _user_event,
        }

    def fact(self, event: AmiEvent) -> e.Event | None:
        """Return the fact that an event tells, or None when it tells the core nothing."""
        word = self._words.get(event.name)
        return word(event, self._time(event)) if word else None

    def _time(self, event: AmiEvent) -> datetime:
        """The switch stamps each event with its own clock (`timestampevents=yes`)."""
        stamp = event.get("Timestamp")
        return datetime.fromtimestamp(float(stamp), UTC) if _STAMP.match(stamp) else self._clock()

    def _agent_at(self, channel: str) -> AgentId | None:
        match = _EXTENSION.match(channel)
        return self._agent_of(match[1]) if match else None

    def _dial_begin(self, event: AmiEvent, at: datetime) -> e.Event | None:
        call, agent = _call_in(event, "DestLinkedid"), self._agent_at(event.get("DestChannel"))
        if call is None or agent is None or event.get("Context") != "connect":
            return None
        return e.OfferRinging(at, call, agent, ChannelName(event.get("DestChannel")))

    def _dial_end(self, event: AmiEvent, at: datetime) -> e.Event | None:
        call, channel, status = _call_in(event, "DestLinkedid"), event.get("DestChannel"), event.get("DialStatus")
        agent = self._agent_at(channel)
        if call is None:
            return None
        if event.get("Context") != "connect":
            return e.CallDegraded(at, call, answered=True) if status == "ANSWER" and event.get("Linkedid") else None
        if agent is None or status in ("CANCEL", "ABORT"):
            return None
        if status == "ANSWER":
            return e.OfferAnswered(at, call, agent, ChannelName(channel))
        return e.OfferExpired(at, call, agent, _MISSES.get(status, e.Miss.NO_ANSWER))

    def _hold(self, event: AmiEvent, at: datetime) -> e.Event | None:
        call, agent = _call_in(event, "Linkedid"), self._agent_at(event.get("Channel"))
        return e.CallHeld(at, call, agent) if call and agent else None

    def _unhold(self, event: AmiEvent, at: datetime) -> e.Event | None:
        call, agent = _call_in(event, "Linkedid"), self._agent_at(event.get("Channel"))
        return e.CallResumed(at, call, agent) if call and agent else None

    def _contact(self, event: AmiEvent, at: datetime) -> e.Event | None:
        agent = self._agent_of(event.get("AOR"))
        return e.PhoneSeen(at, agent, event.get("ContactStatus") not in _PHONE_DOWN) if agent else None


def _call_in(event: AmiEvent, header: str) -> CallId | None:
    """Return the call that a header names; None for a header that is missing, odd, or there twice: a caller's text with
    a line break in it looks like that."""
    found = event.all(header)
    return CallId(found[0]) if len(found) == 1 and _CALL.match(found[0]) else None


def _hangup(event: AmiEvent, at: datetime) -> e.Event | None:
    call = _call_in(event, "Uniqueid")
    if call is None or call != _call_in(event, "Linkedid"):
        return None
    cause = event.get("Cause")
    return e.CallEnded(at, call, e.Outcome.ABANDONED, int(cause) if _CAUSE.match(cause) else 0)


def _user_event(event: AmiEvent, at: datetime) -> e.Event | None:
    call = _call_in(event, "Call")
    if call is None:
        return None
    match event.get("UserEvent"):
        case "CCArrived":
            name = unquote(event.get("Name"), errors="ignore")  # the dialplan cuts by bytes: no half character
            channel = ChannelName(event.get("Channel"))
            return e.CallArrived(at, call, channel, event.get("Number"), name, event.get("Dialed"))
        case "CCRecording":
            return e.RecordingStarted(at, call, event.get("File"))
        case "CCTalkOver":
            return e.TalkEnded(at, call, AgentId(""), e.Party.AGENT)
        case "CCDegraded":
            return e.CallDegraded(at, call, answered=False)
        case _:
            return None
