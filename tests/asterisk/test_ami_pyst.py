"""pyst2's own Manager methods on our link, and the faults that they had."""

import gc
import time
import warnings
from collections.abc import Iterator

import pytest
from asterisk.manager import ManagerAuthException, ManagerException

from callcenter.adapters.asterisk.ami.pyst import Ami
from callcenter.service.ports import SwitchAway
from tests.asterisk.deadline import wait_for
from tests.asterisk.scripted_ami import ScriptedSwitch, event, reply


@pytest.fixture
def switch() -> Iterator[ScriptedSwitch]:
    scripted = ScriptedSwitch()
    yield scripted
    scripted.close()


@pytest.fixture
def ami(switch: ScriptedSwitch) -> Iterator[Ami]:
    made = Ami()
    made.connect("127.0.0.1", switch.port)
    made.login("cc", "secret")
    yield made
    made.close()


def test_pyst2s_own_methods_speak_through_our_link(switch: ScriptedSwitch, ami: Ami) -> None:
    switch.answers["Command"] = lambda fields: reply(fields, "Output: one", "Output: two")
    assert ami.ping().success
    assert ami.command("core show uptime").output == ["one", "two"]
    ami.redirect("PJSIP/a", "8001", context="connect")
    ami.originate("PJSIP/8001", "1", context="x", run_async=True, variables={"A": "1", "B": "2"})
    assert [one["Action"] for one in switch.actions] == ["Login", "Ping", "Command", "Redirect", "Originate"]
    assert switch.wire.count(b"\r\nVariable: ") == 2
    assert (ami.title, ami.version, ami.connected()) == ("Asterisk Call Manager", "11.0.0", True)


def test_pyst2s_callbacks_hear_events_and_true_stops_the_next_one(switch: ScriptedSwitch, ami: Ami) -> None:
    heard: list[str] = []
    ami.register_event("Hangup", lambda one, _: heard.append(f"first {one['N']}") or one["N"] == "1")
    ami.register_event("*", lambda one, _: heard.append(f"any {one.get('N')}"))
    switch.send(event("Hangup", "N: 1") + event("Hangup", "N: 2"))
    wait_for(lambda: "any 2" in heard)
    assert [one for one in heard if one != "any "] == ["first 1", "first 2", "any 2"]


def test_m1_a_channel_variable_does_not_stop_the_events(switch: ScriptedSwitch, ami: Ami) -> None:
    heard: list[list[str]] = []
    ami.register_event("Hangup", lambda one, _: heard.append(one.all("ChanVariable")))
    switch.send(event("Hangup", "ChanVariable: A=1", "ChanVariable: B=2") + event("Hangup"))
    wait_for(lambda: len(heard) == 2)
    assert heard == [["A=1", "B=2"], []]


def test_m3_a_silent_switch_blocks_neither_log_in_nor_close(switch: ScriptedSwitch) -> None:
    switch.silent = True
    ami = Ami()
    ami.connect("127.0.0.1", switch.port)
    start = time.monotonic()
    with pytest.raises(SwitchAway):
        ami.send_action({"Action": "Login"}, timeout=0.1)
    ami.close()
    assert time.monotonic() - start < 2


def test_m3_nobody_at_the_port_is_switch_away() -> None:
    gone = ScriptedSwitch()
    gone.close()
    with pytest.raises(SwitchAway, match="自动重连"):
        Ami().connect("127.0.0.1", gone.port)
    with pytest.raises(SwitchAway):
        Ami().ping()


def test_m5_one_object_connects_again_and_says_that_it_was_lost(switch: ScriptedSwitch, ami: Ami) -> None:
    heard: list[str] = []
    ami.register_event("Hangup", lambda one, _: heard.append(one["N"]))
    for repeat in range(3):
        switch.send(event("Hangup", f"N: {repeat}"))
        wait_for(lambda repeat=repeat: str(repeat) in heard)
        switch.cut()
        assert ami.lost.wait(2)
        assert not ami.connected()
        ami.connect("127.0.0.1", switch.port)
        ami.login("cc", "secret")
    assert heard == ["0", "1", "2"]
    with pytest.raises(ManagerException):
        ami.connect("127.0.0.1", switch.port)


def test_m6_no_field_of_one_action_leaks_into_the_next(switch: ScriptedSwitch, ami: Ami) -> None:
    ami.send_action(Action="Ping", Extra="x")
    ami.send_action(Action="Ping")
    given = {"Action": "Ping"}
    ami.send_action(given)
    assert given == {"Action": "Ping"}
    first, second, third = switch.actions[-3:]
    assert first.keys() - second.keys() == {"Extra"}
    assert len({first["ActionID"], second["ActionID"], third["ActionID"]}) == 3


def test_m7_will_follow_in_a_text_swallows_nothing(switch: ScriptedSwitch, ami: Ami) -> None:
    heard: list[str] = []
    ami.register_event("*", lambda one, _: heard.append(one.get("N")))
    switch.send(b"".join(event("Newchannel", f"N: {n}", "CallerIDName: Queue status will follow") for n in range(50)))
    wait_for(lambda: "49" in heard)
    assert [one for one in heard if one] == [str(number) for number in range(50)]


def test_m9_a_line_break_in_a_caller_id_sends_nothing(switch: ScriptedSwitch, ami: Ami) -> None:
    before = switch.wire
    with pytest.raises(ValueError, match="换行"):
        ami.originate("PJSIP/1", "1", caller_id="x\r\n\r\nAction: Originate")
    ami.ping()
    assert switch.wire.removeprefix(before).count(b"Action: ") == 1


def test_m10_no_warning_of_old_thread_calls(switch: ScriptedSwitch) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        ami = Ami()
        ami.connect("127.0.0.1", switch.port)
        ami.login("cc", "secret")
        ami.ping()
        ami.close()
        del ami
        gc.collect()
    assert [one for one in caught if one.category is DeprecationWarning] == []


def test_m11_an_own_action_id_and_lists_of_variables_arrive(switch: ScriptedSwitch, ami: Ami) -> None:
    sent = {"Action": "Originate", "ActionID": "job-7", "ChannelId": "job-7-1", "Variable": ["A=1", "B=2"]}
    assert ami.send_action(sent).action_id == "job-7"
    assert switch.wire.endswith(
        b"Action: Originate\r\nActionID: job-7\r\nChannelId: job-7-1\r\nVariable: A=1\r\nVariable: B=2\r\n\r\n"
    )


def test_a_wrong_secret_is_pyst2s_own_error(switch: ScriptedSwitch) -> None:
    switch.answers["Login"] = lambda fields: reply(fields, "Message: Authentication failed", response="Error")
    ami = Ami()
    ami.connect("127.0.0.1", switch.port)
    with pytest.raises(ManagerAuthException, match="Authentication failed"):
        ami.login("cc", "wrong")
    ami.close()
