"""Each order is one AMI action, field by field; a channel that is gone is an error only for a caller to be moved."""

from collections.abc import Iterable
from typing import cast

import pytest

from callcenter.adapters.asterisk.ami.client import AmiClient, AmiRefused
from callcenter.adapters.asterisk.ami.messages import AmiEvent, AmiReply
from callcenter.adapters.asterisk.switch import AsteriskSwitch
from callcenter.domain.ids import AgentId, CallId, ChannelName
from callcenter.domain.orders import ConnectCaller, HangUpChannel, MuteChannel, Order, ReadBack, ReturnToWaiting
from callcenter.service.ports import ChannelGone, LiveChannel, SwitchAway

CALL, ANN, CALLER = CallId("1763600000.1"), AgentId("9001"), ChannelName("PJSIP/trunk-00000000")
PHONE = ChannelName("PJSIP/8001-00000001")


class Wire:
    """An AMI link that notes its actions and answers as told."""

    def __init__(self) -> None:
        self.actions: list[dict[str, str]] = []
        self.fault: Exception | None = None
        self.rows: list[AmiEvent] = []
        self.contacts: dict[str, str] = {}

    def action(self, fields: dict[str, str]) -> AmiReply:
        self.actions.append(fields)
        if self.fault is not None:
            raise self.fault
        value = self.contacts.get(fields.get("Variable", ""), "")
        return AmiReply(f"Response: Success\r\nValue: {value}".encode())

    def listing(self, fields: dict[str, str]) -> list[AmiEvent]:
        self.actions.append(fields)
        return self.rows


def switch(wire: Wire, extensions: Iterable[str] = ("8001", "8002")) -> AsteriskSwitch:
    return AsteriskSwitch(cast(AmiClient, wire), extensions)


def redirect(context: str, extension: str) -> dict[str, str]:
    target = {"Context": context, "Exten": extension, "Priority": "1"}
    return {"Action": "Redirect", "Channel": CALLER, **target}


@pytest.mark.parametrize(
    ("order", "action"),
    [
        (ConnectCaller(CALL, CALLER, ANN, "8001", 20), redirect("connect", "8001*20*0")),
        (ConnectCaller(CALL, CALLER, ANN, "8001", 10, auto_answer=True), redirect("connect", "8001*10*1")),
        (ReturnToWaiting(CALL, CALLER), redirect("serve", "s")),
        (HangUpChannel(PHONE), {"Action": "Hangup", "Channel": PHONE}),
        (
            MuteChannel(PHONE, on=True),
            {"Action": "Setvar", "Channel": PHONE, "Variable": "MUTEAUDIO(in)", "Value": "on"},
        ),
        (
            MuteChannel(PHONE, on=False),
            {"Action": "Setvar", "Channel": PHONE, "Variable": "MUTEAUDIO(in)", "Value": "off"},
        ),
    ],
)
def test_each_order_is_one_action(order: Order, action: dict[str, str]) -> None:
    wire = Wire()
    switch(wire).carry_out(order)
    assert wire.actions == [action]


def test_a_channel_that_is_gone() -> None:
    wire = Wire()
    wire.fault = AmiRefused(AmiReply(b"Response: Error\r\nMessage: No such channel"))
    for order in (HangUpChannel(PHONE), MuteChannel(PHONE, on=True)):
        switch(wire).carry_out(order)
    for moved in (ConnectCaller(CALL, CALLER, ANN, "8001", 20), ReturnToWaiting(CALL, CALLER)):
        with pytest.raises(ChannelGone, match="No such channel"):
            switch(wire).carry_out(moved)


def test_a_link_that_is_down_is_told_for_every_order() -> None:
    wire = Wire()
    wire.fault = SwitchAway("down")
    for order in (HangUpChannel(PHONE), MuteChannel(PHONE, on=True), ReturnToWaiting(CALL, CALLER)):
        with pytest.raises(SwitchAway):
            switch(wire).carry_out(order)


def test_an_order_that_is_none_of_the_switch() -> None:
    with pytest.raises(TypeError, match="ReadBack"):
        switch(Wire()).carry_out(ReadBack())


def test_the_switchs_list_in_the_cores_words() -> None:
    wire = Wire()
    lines = (
        f"Channel: {PHONE}",
        "ChannelStateDesc: Up",
        "Context: agents",
        "Exten: ",
        "Application: AppDial",
        "BridgeId: b-1",
        "Uniqueid: 1763600001.2",
        f"Linkedid: {CALL}",
        "Duration: 01:02:03",
    )
    wire.rows = [
        AmiEvent("CoreShowChannel", "\r\n".join(lines).encode()),
        AmiEvent("CoreShowChannel", b"Channel: x\r\nDuration: "),
        AmiEvent("CoreShowChannelsComplete", b"ListItems: 2"),
    ]
    full, odd = switch(wire).live_channels()
    assert full == LiveChannel(PHONE, "1763600001.2", CALL, "Up", "agents", "", "AppDial", "b-1", 3723)
    assert (odd.name, odd.call, odd.seconds) == ("x", "", 0)


def test_a_phone_is_registered_when_the_switch_has_a_contact_for_it() -> None:
    wire = Wire()
    wire.contacts = {"PJSIP_AOR(8001,contact)": "8001;@abc"}
    assert switch(wire).registered_phones() == {"8001"}
    assert [action["Variable"] for action in wire.actions] == ["PJSIP_AOR(8001,contact)", "PJSIP_AOR(8002,contact)"]
    wire.fault = AmiRefused(AmiReply(b"Response: Error"))
    assert switch(wire).registered_phones() == frozenset()
