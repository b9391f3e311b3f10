"""What the switch does by itself, with our process scripted, hung, killed or absent; real Asterisk, real SIPp."""

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from callcenter.demo import callers as demo_callers
from callcenter.demo.callers import Caller, CallResult
from callcenter.demo.phones import Manner
from callcenter.demo.sipp import free_port, sipp_binary
from tests.switch.rig import HOTLINE, Rig, Session, figure, rig, until

LISTED = re.compile(r"CoreShowChannel(sComplete)?|Status(Complete)?")


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Rig]:
    with rig(
        tmp_path,
        {
            "8001": Manner("answers", 0.3),
            "8002": Manner("busy"),
            "8003": Manner("never"),
            "8004": Manner("answers", 0.3, talk_seconds=1.5),
        },
        duty=("8001",),
    ) as running:
        yield running
        assert not running.ear.events("Newchannel"), "Newchannel left the switch"


def keys_heard(session: Session, count: int) -> str:
    heard = ""
    while len(heard) < count:
        answer = session.ask("WAIT FOR DIGIT 5000")
        if not (key := int(answer.removeprefix("200 result=") or -1)) > 0:
            break
        heard += chr(key)
    return heard


@pytest.mark.parametrize("raw", [True, False], ids=["in the media stream", "as SIP INFO"])
def test_a_caller_presses_keys_and_our_session_hears_each(
    switch: Rig, monkeypatch: pytest.MonkeyPatch, raw: bool
) -> None:
    monkeypatch.setattr(demo_callers, "may_send_raw", lambda: raw)
    heard: list[str] = []

    def script(session: Session) -> None:
        heard.append(keys_heard(session, 9))
        session.ask("SET VARIABLE CC_NEXT hangup")
        session.end()

    sessions = switch.sessions(script)
    call = switch.dial(Caller("+8613800138000", "张三 O'$(x) Lee", ("wait 0.5", "1", "20001234"), 15))
    result = call.result()
    assert result.answered
    assert result.ended_by == "switch"
    assert heard == ["120001234"]
    assert sessions.seen[0].env["agi_callerid"] == "+8613800138000"
    arrived = switch.ear.event("CCArrived")
    assert arrived["Number"] == "+8613800138000"
    assert unquote(arrived["Name"]) == "张三 Ox Lee"
    assert arrived["Dialed"] == HOTLINE
    assert arrived["Call"] == sessions.seen[0].call


def test_our_process_is_down_and_the_caller_reaches_a_duty_phone(switch: Rig) -> None:
    """R11: a refused connection costs the caller nothing but a moment of music."""
    started = time.monotonic()
    call = switch.dial(Caller("13800138001", stay_seconds=8))
    degraded = switch.ear.event("CCDegraded")
    waited = time.monotonic() - started
    assert [e["Tries"] for e in switch.ear.events("CCAway")] == ["1", "2", "3"]
    switch.ear.event("DialEnd", DialStatus="ANSWER")
    assert call.result().ended_by == "caller"
    over = switch.ear.event("Hangup", Uniqueid=degraded["Call"])
    assert over["Cause"] == "16"
    assert waited < 5, f"the duty phones rang after {waited:.1f} s"
    recording = next((switch.folder / "recordings").rglob("*.wav"))
    assert recording.name == f"{degraded['Call']}.wav"


def test_our_process_comes_back_before_patience_ends_and_serves_the_same_call(switch: Rig) -> None:
    call = switch.dial(Caller("13800138001", stay_seconds=6))
    away = switch.ear.event("CCAway")
    sessions = switch.sessions()
    until(lambda: sessions.seen, "a session")
    assert sessions.seen[0].call == away["Call"]
    assert call.result() == CallResult(True, "caller", pytest.approx(6, abs=1))
    assert not switch.ear.events("CCDegraded")


def test_our_process_is_killed_mid_session_and_every_caller_is_kept(tmp_path: Path) -> None:
    """R12: AGISTATUS cannot tell a crash from an end; the missing variable does, for each of the sessions."""
    count = 200
    with rig(tmp_path, patience_tries=60) as switch:
        first = switch.sessions()
        callers = _many(switch, tmp_path, count, stay_seconds=25)
        try:
            until(lambda: len(first.seen) == count, "all sessions", 20)
            first.die()
            until(lambda: len({e["Call"] for e in switch.ear.events("CCAway")}) == count, "every cut noticed", 20)
            second = switch.sessions()
            until(lambda: len(second.seen) == count, "all callers back", 20)
            assert {s.call for s in second.seen} == {s.call for s in first.seen}
            assert callers.wait(60) == 0, "a caller was dropped"
        finally:
            callers.kill()
        figure(f"figure R12 sessions cut {count}, noticed {count}, callers dropped 0")


def _many(switch: Rig, folder: Path, count: int, stay_seconds: int) -> "subprocess.Popen[bytes]":
    """Start that many silent callers in one process, which ends with 0 when each of them ended the call himself."""
    address = "127.0.1.200"
    words = [sipp_binary(), f"127.0.0.1:{switch.plan.sip_port}", "-sn", "uac", "-s", HOTLINE, "-i", address]
    words += ["-p", str(free_port(address)), "-mi", address, "-m", str(count), "-l", str(count), "-r", "100"]
    words += ["-d", str(stay_seconds * 1000), "-nostdin"]
    with (folder / "many.txt").open("wb") as screen:
        return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=screen, stderr=screen, cwd=folder)


def test_our_process_hangs_and_a_caller_who_hangs_up_is_gone_at_once(switch: Rig) -> None:
    """R13: without the option the channel would stay for as long as the hung session does."""
    stuck = threading.Event()
    over = threading.Event()

    def hang(_: Session) -> None:
        stuck.set()
        over.wait(20)

    switch.sessions(hang)
    call = switch.dial(Caller("13800138002", stay_seconds=1.5))
    assert call.result().ended_by == "caller"
    ended = time.monotonic()
    assert stuck.is_set()
    until(lambda: not switch.channels(), "no channel left", 2.0)
    figure(f"channel gone {time.monotonic() - ended:.2f} s after the caller")
    over.set()


def test_an_agent_answers_reads_the_call_id_and_the_talk_is_recorded_once(switch: Rig) -> None:
    sessions = switch.sessions()
    call = switch.dial(Caller("13800138003", "李娜", stay_seconds=20, tone_hz=440))
    session = until(lambda: sessions.seen, "a session")[0]
    until(lambda: switch.channels()[0].get("Application") == "AGI", "the caller waits")
    switch.connect(session, "8004")
    began = switch.ear.event("DialBegin")
    assert began["DestCallerIDNum"] == "8004"
    assert began["CallerIDName"] == "李娜"
    assert began["Linkedid"] == session.call
    switch.ear.event("DialEnd", DialStatus="ANSWER")
    assert switch.ear.event("CCTalkOver")["Call"] == session.call
    assert call.result().ended_by == "switch"
    assert switch.phones["8004"].offered() == [("8004", session.call, "1")]
    recording = next((switch.folder / "recordings").rglob("*.wav"))
    assert re.fullmatch(
        rf"\d{{4}}/\d\d/\d\d/{re.escape(session.call)}\.wav", str(recording.relative_to(switch.folder / "recordings"))
    )
    assert recording.stat().st_size > 16000
    assert len(switch.ear.events("MixMonitorStart")) == 1


@pytest.mark.parametrize(("extension", "status"), [("8002", "BUSY"), ("8003", "NOANSWER"), ("8999", "")])
def test_an_agent_who_does_not_answer_gives_the_caller_back_with_the_same_identity(
    switch: Rig, extension: str, status: str
) -> None:
    sessions = switch.sessions()
    call = switch.dial(Caller("13800138004", stay_seconds=15))
    session = until(lambda: sessions.seen, "a session")[0]
    until(lambda: switch.channels()[0].get("Application") == "AGI", "the caller waits")
    switch.connect(session, extension, ring_seconds=1)
    until(lambda: len(sessions.seen) == 2, "back in our session")
    assert sessions.seen[1].call == session.call
    if status:
        switch.ear.event("DialEnd", DialStatus=status)
    switch.connect(session, "8001")
    switch.ear.event("DialEnd", DialStatus="ANSWER")
    assert not call.over
    assert not switch.ear.events("CCTalkOver")
    assert not switch.ear.events("CCAway")


def test_a_caller_moved_away_in_mid_talk_is_not_reported_as_over(switch: Rig) -> None:
    sessions = switch.sessions()
    call = switch.dial(Caller("13800138005", stay_seconds=15))
    session = until(lambda: sessions.seen, "a session")[0]
    until(lambda: switch.channels()[0].get("Application") == "AGI", "the caller waits")
    switch.connect(session, "8001")
    switch.ear.event("DialEnd", DialStatus="ANSWER")
    switch.ear.event("BridgeEnter", Uniqueid=session.call)
    fields = {"Action": "Redirect", "Channel": session.env["agi_channel"], "Context": "serve", "Exten": "s"}
    assert switch.ear.ask({**fields, "Priority": "1"})["Response"] == "Success"
    until(lambda: len(sessions.seen) == 2, "back in our session")
    until(lambda: len(switch.channels()) == 1, "the agent's leg has ended")
    assert not call.over
    assert not switch.ear.events("CCTalkOver")
