"""What callers cannot make the switch say, and what our own AMI user cannot make it do; real Asterisk, real SIPp."""

import csv
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcenter.adapters.asterisk.config import CDR_COLUMNS, CDR_FILE, CEL_COLUMNS, CEL_FILE
from callcenter.adapters.asterisk.config.links import EVENTS
from callcenter.demo.callers import Caller
from callcenter.demo.phones import Manner
from tests.switch.rig import HOTLINE, Ear, Rig, figure, rig, until

LISTED = re.compile(r"CoreShowChannel(sComplete)?|Status(Complete)?")


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path, {"8001": Manner("answers", 0.3)}) as running:
        yield running


def hostile_numbers(count: int) -> list[str]:
    """Numbers whose bytes end a header or a block, made from a list of byte values."""
    ends = ["".join(f"%{byte:02X}" for byte in bytes_) for bytes_ in ((13, 10), (10,), (13,), (13, 10, 13, 10), (0,))]
    words = ("Event: Hangup", "Event: AgentConnect", "Response: Success", "Uniqueid: 1.1", 'x"|,;$<')
    made = []
    for n in range(count):
        end, word = ends[n % len(ends)], words[n // len(ends) % len(words)]
        escaped = "".join(f"%{byte:02X}" for byte in word.encode())
        made.append(f"1380{n}{end}{escaped}{end}{end}{escaped}")
    return made


def forged(switch: Rig) -> list[dict[str, str]]:
    """Blocks that our own switch would not send: an unknown name, or a value that a caller put in."""
    bad = []
    for block in switch.ear.blocks:
        name = block.get("Event", "")
        ours = name in EVENTS or LISTED.fullmatch(name) if name else "Response" in block
        plain = all(re.fullmatch(r"[A-Za-z0-9-]+", key) for key in block)
        number = re.fullmatch(r"\+?\d*|<unknown>", block.get("CallerIDNum", ""))
        if not (ours and plain and number) or block.get("Uniqueid") == "1.1":
            bad.append(block)
    return bad


def test_callers_with_hostile_numbers_forge_nothing(switch: Rig) -> None:
    """S2: what a caller sends as a number never becomes a header, a block, or a row of the books."""
    sessions = switch.sessions(lambda session: session.end() if session.ask("SET VARIABLE CC_NEXT hangup") else None)
    numbers = hostile_numbers(50)
    results = switch.callers.run_all([Caller(number, stay_seconds=5) for number in numbers], 0.02)
    assert [r.answered for r in results] == [True] * 50
    until(lambda: len(switch.ear.events("Hangup")) == 50, "all calls over")
    assert len(sessions.seen) == 50
    assert len(switch.ear.events("CCArrived")) == 50
    assert forged(switch) == []
    check_books(switch, 50)
    figure("hostile calls 50, forged blocks 0")


def test_a_hostile_caller_who_cancels_before_the_dialplan_begins_forges_nothing(switch: Rig) -> None:
    """S2: the channel carries no caller-chosen text even before the first step of the dialplan."""
    switch.sessions(lambda session: session.end())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.1.250", 0))
        port = phone.getsockname()[1]
        for n, number in enumerate(hostile_numbers(100)):
            top = (
                f"Via: SIP/2.0/UDP 127.0.1.250:{port};branch=z9hG4bK{n}\r\nMax-Forwards: 70\r\n"
                f"From: <sip:{number}@127.0.1.250:{port}>;tag=t{n}\r\nTo: <sip:{HOTLINE}@127.0.0.1>\r\n"
                f"Call-ID: early-{n}\r\nContact: <sip:127.0.1.250:{port}>\r\nContent-Length: 0\r\n"
            )
            for method in ("INVITE", "CANCEL"):
                line = f"{method} sip:{HOTLINE}@127.0.0.1:{switch.plan.sip_port} SIP/2.0\r\n"
                phone.sendto((line + top + f"CSeq: 1 {method}\r\n\r\n").encode(), ("127.0.0.1", switch.plan.sip_port))
        # A call that was answered before its CANCEL came stays up: this phone acknowledges nothing.
        until(lambda: len(switch.ear.events("Hangup")) + len(switch.channels()) == 100, "all calls seen")
    assert forged(switch) == []
    early = [e for e in switch.ear.events("Hangup") if e["CallerIDNum"] == "0"]
    figure(f"cancelled calls 100, of them before the dialplan {len(early)}, forged blocks 0")


def test_hostile_numbers_forge_nothing_even_for_a_listener_who_hears_everything(switch: Rig) -> None:
    """S2: the channel never carries what a caller sent, so that no event of any class can."""
    with (switch.plan.conf_file.parent / "manager.conf").open("a", encoding="utf-8") as conf:
        conf.write("\n[everything]\nsecret=a-test-secret\nread=all\nwrite=system\n")
    switch.child.ask("manager reload")
    with socket.create_connection(("127.0.0.1", switch.plan.ami_port)) as link:
        ear = Ear(link)
        threading.Thread(target=ear.listen, daemon=True).start()
        ear.ask({"Action": "Login", "Username": "everything", "Secret": switch.plan.ami_secret})
        switch.callers.run_all([Caller(number, stay_seconds=1) for number in hostile_numbers(25)], 0.02)
        until(lambda: len(ear.events("Hangup")) == 25, "all calls over")
        assert {event["CallerIDNum"] for event in ear.events("Newchannel")} == {"0"}
        kinds = {block["Event"] for block in ear.blocks if "Event" in block}
        assert not {"AgentConnect", "QueueCallerJoin"} & kinds
        strange = [b for b in ear.blocks if not ("Event" in b or "Response" in b)]
        assert strange == []
        assert len(ear.events("Hangup")) == 25


DANGEROUS = [
    {"Action": "Command", "Command": "core show version"},
    {"Action": "Originate", "Channel": "Local/s@serve", "Application": "System", "Data": "id"},
    {"Action": "Originate", "Channel": "Local/s@serve", "Application": "TrySystem", "Data": "id"},
    {"Action": "Originate", "Channel": "Local/s@serve", "Application": "Exec", "Data": "System(id)"},
    {"Action": "Originate", "Channel": "Local/s@serve", "Application": "AGI", "Data": "/bin/sh"},
    {"Action": "Originate", "Channel": "Local/s@serve", "Application": "MixMonitor", "Data": "x.wav,b,id"},
    {"Action": "Originate", "Channel": "Local/s@serve", "Application": "Set", "Data": "FILE(x)=y"},
    {"Action": "Getvar", "Variable": "SHELL(id)"},
    {"Action": "Setvar", "Variable": "FILE(x)", "Value": "y"},
    {"Action": "UpdateConfig", "SrcFilename": "manager.conf", "DstFilename": "manager.conf"},
    {"Action": "GetConfig", "Filename": "manager.conf"},
    {"Action": "ModuleLoad", "LoadType": "load", "Module": "app_system.so"},
    {"Action": "DialplanExtensionAdd", "Context": "serve", "Extension": "x", "Priority": "1", "Application": "System"},
    {"Action": "MixMonitor", "Channel": "x", "File": "x.wav", "Command": "id"},
    {"Action": "PJSIPShowAuths"},
    {"Action": "Filter", "Operation": "Add", "Filter": "Event: Newchannel"},
    {"Action": "Reload"},
]


def test_the_ami_user_can_run_no_program_and_change_no_file(switch: Rig) -> None:
    """S3: whoever takes over our process gets calls, but neither the machine nor the configuration."""
    answers = [switch.ear.ask(action) for action in DANGEROUS]
    allowed = [a for a, answer in zip(DANGEROUS, answers, strict=True) if answer["Response"] != "Error"]
    assert allowed == []
    figure(f"dangerous actions {len(answers)}, refused {len(answers)}")


def test_rights_are_enough_for_what_we_do(switch: Rig) -> None:
    sessions = switch.sessions()
    switch.dial(Caller("13800138006", stay_seconds=15))
    session = until(lambda: sessions.seen, "a session")[0]
    channel = session.env["agi_channel"]
    good = [
        {"Action": "Ping"},
        {"Action": "Status"},
        {"Action": "UserEvent", "UserEvent": "CCTest"},
        {"Action": "Setvar", "Channel": channel, "Variable": "CC_TRIES", "Value": "0"},
        {"Action": "Setvar", "Channel": channel, "Variable": "MUTEAUDIO(in)", "Value": "on"},
        {"Action": "Setvar", "Channel": channel, "Variable": "MUTEAUDIO(in)", "Value": "off"},
        {"Action": "Hangup", "Channel": channel},
    ]
    until(lambda: [c["Channel"] for c in switch.channels()] == [channel], "the caller in the list")
    contact = switch.ear.ask({"Action": "Getvar", "Variable": "PJSIP_AOR(8001,contact)"})
    assert contact["Value"]
    assert switch.ear.ask({"Action": "Getvar", "Variable": "PJSIP_AOR(8999,contact)"})["Value"] == ""
    assert switch.ear.ask({"Action": "Getvar", "Variable": "DEVICE_STATE(PJSIP/8999)"})["Value"] == "UNAVAILABLE"
    for action in good:
        assert switch.ear.ask(action)["Response"] == "Success", action
    switch.ear.event("StatusComplete")
    switch.ear.event("Hangup", Uniqueid=session.call)


def check_books(switch: Rig, calls: int) -> None:
    """Every row of the switch's own books has all columns, and there is one CDR a caller's leg."""
    cdr = until(lambda: rows(switch.plan.log_dir / CDR_FILE, calls), "the books are written")
    cel = rows(switch.plan.log_dir / CEL_FILE, 1)
    assert {len(row) for row in cdr} == {len(CDR_COLUMNS)}
    assert {len(row) for row in cel} == {len(CEL_COLUMNS)}
    assert all(re.fullmatch(r"\d+\.\d+", row[0]) for row in cdr)


def rows(path: Path, least: int) -> list[list[str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as book:
        found = list(csv.reader(book))
    return found if len(found) >= least else []
