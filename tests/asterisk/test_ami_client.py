"""The link to the switch: found, lost, found again, and asked by many at once."""

import random
import threading
import time
from collections.abc import Iterator

import pytest

from callcenter.adapters.asterisk.ami.client import AmiClient, AmiRefused
from callcenter.adapters.asterisk.ami.protocol import AmiEvent
from callcenter.service.ports import SwitchAway
from tests.asterisk.deadline import wait_for
from tests.asterisk.figures import figure
from tests.asterisk.scripted_ami import ScriptedSwitch, event, reply

WANTED = frozenset({"FullyBooted", "UserEvent"})


class Watcher:
    """Keeps what the client tells, in order, and may be told to fail."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.moments: list[float] = []
        self.failing = False

    def event(self, one: AmiEvent) -> None:
        if self.failing:
            raise RuntimeError("a broken handler")
        self.told.append(one.get("N", one.name))
        self.moments.append(time.monotonic())

    def up(self) -> None:
        self.told.append("up")

    def down(self, reason: str) -> None:
        self.told.append("down")


@pytest.fixture
def switch() -> Iterator[ScriptedSwitch]:
    scripted = ScriptedSwitch()
    yield scripted
    scripted.close()


@pytest.fixture
def watcher() -> Watcher:
    return Watcher()


@pytest.fixture
def client(switch: ScriptedSwitch, watcher: Watcher) -> Iterator[AmiClient]:
    made = AmiClient(
        "127.0.0.1",
        switch.port,
        "cc",
        "secret",
        wanted=WANTED,
        on_event=watcher.event,
        on_up=watcher.up,
        on_down=watcher.down,
        ping_seconds=0.1,
        silence_seconds=0.4,
    )
    made.start()
    assert made.wait_up(5)
    yield made
    made.stop()


def test_up_comes_before_any_event_even_one_that_came_before_the_log_in_answer(
    switch: ScriptedSwitch, watcher: Watcher, client: AmiClient
) -> None:
    wait_for(lambda: len(watcher.told) == 2)
    assert watcher.told == ["up", "FullyBooted"]
    switch.answers["Login"] = lambda fields: event("FullyBooted") + event("UserEvent", "N: early") + reply(fields)
    switch.cut()
    wait_for(lambda: len(watcher.told) == 6)
    assert watcher.told[2:] == ["down", "up", "FullyBooted", "early"]


def test_r1_fifty_lost_links_come_back_and_no_handler_is_lost(
    switch: ScriptedSwitch, watcher: Watcher, client: AmiClient
) -> None:
    switch.answers["Login"] = lambda fields: reply(fields) + event("UserEvent", "N: first")
    longest = 0.0
    for repeat in range(50):
        before = len(watcher.moments)
        cut = time.monotonic()
        switch.cut()
        wait_for(lambda before=before: len(watcher.moments) > before)
        longest = max(longest, watcher.moments[before] - cut)
        wait_for(lambda: client.up)
        assert watcher.told.count("down") == repeat + 1
    figure("R1", f"reconnects 50 max_seconds {longest:.3f} handlers_lost 0")
    assert longest <= 2.0
    assert watcher.told.count("up") == 51


def test_r2_a_peer_that_falls_silent_with_the_socket_open_is_noticed(
    switch: ScriptedSwitch, watcher: Watcher, client: AmiClient
) -> None:
    switch.silent = True
    seconds = wait_for(lambda: "down" in watcher.told, 5)
    with pytest.raises(SwitchAway):
        client.action({"Action": "Redirect"})
    figure("R2", f"seconds {seconds:.2f} at ping 0.1 silence 0.4; bound at the defaults 2 + 6 = 8 s")
    assert seconds <= 0.1 + 0.4 + 0.5
    switch.silent = False
    wait_for(lambda: client.up)


def test_r3_a_silent_night_loses_nothing(switch: ScriptedSwitch, watcher: Watcher, client: AmiClient) -> None:
    wait_for(lambda: sum(action["Action"] == "Ping" for action in switch.actions) >= 12)
    assert "down" not in watcher.told
    for number in range(100):
        switch.send(event("UserEvent", f"N: {number}"))
    wait_for(lambda: watcher.told[-1] == "99")
    arrived = sum(told.isdigit() for told in watcher.told)
    figure("R3", f"events_after_silence {arrived} of 100")
    assert arrived == 100
    assert len(switch.connections) == 1


def test_r5_m4_a_thousand_broken_handlers_stop_nothing(
    switch: ScriptedSwitch, watcher: Watcher, client: AmiClient
) -> None:
    wait_for(lambda: "FullyBooted" in watcher.told)
    watcher.failing = True
    switch.send(b"".join(event("UserEvent", f"N: {number}") for number in range(1000)))
    wait_for(lambda: client.faults == 1000, 20)
    watcher.failing = False
    switch.send(b"".join(event("UserEvent", f"N: {number}") for number in range(1000)))
    wait_for(lambda: watcher.told[-1] == "999", 20)
    arrived = sum(told.isdigit() for told in watcher.told)
    figure("R5", f"faults {client.faults} events_after {arrived} of 1000")
    assert arrived == 1000


def test_m2_eight_threads_each_get_their_own_answer(switch: ScriptedSwitch, client: AmiClient) -> None:
    held: list[bytes] = []

    def shuffled(fields: dict[str, str]) -> bytes:
        held.append(reply(fields, f"Echo: {fields['Ask']}"))
        if len(held) < 8:
            return b""
        random.shuffle(held)
        answers, held[:] = b"".join(held), []
        return answers

    lock = threading.Lock()
    switch.answers["Echo"] = shuffled
    wrong: list[str] = []

    def ask(who: int) -> None:
        for number in range(100):
            asked = f"{who}-{number}"
            answer = client.action({"Action": "Echo", "Ask": asked}, timeout=10)
            if answer["Echo"] != asked:
                with lock:
                    wrong.append(asked)

    threads = [threading.Thread(target=ask, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figure("M2", f"answers_of_another {len(wrong)} of 800")
    assert not wrong


def test_m3_an_action_without_an_answer_is_switch_away_after_its_timeout(
    switch: ScriptedSwitch, client: AmiClient
) -> None:
    switch.answers["Redirect"] = lambda fields: b""
    start = time.monotonic()
    with pytest.raises(SwitchAway):
        client.action({"Action": "Redirect"}, timeout=0.2)
    assert time.monotonic() - start < 1
    assert client.up


def test_a_refusal_carries_the_words_of_the_switch(switch: ScriptedSwitch, client: AmiClient) -> None:
    switch.answers["Redirect"] = lambda fields: reply(fields, "Message: Channel does not exist.", response="Error")
    with pytest.raises(AmiRefused, match="Channel does not exist") as refused:
        client.action({"Action": "Redirect", "Channel": "PJSIP/none"})
    assert "交换机拒绝" in refused.value.message.zh


def test_m7_a_list_is_collected_by_its_id_while_other_events_go_on(
    switch: ScriptedSwitch, watcher: Watcher, client: AmiClient
) -> None:
    def channels(fields: dict[str, str]) -> bytes:
        mine = f"ActionID: {fields['ActionID']}"
        return (
            reply(fields, "EventList: start", "Message: Channels will follow")
            + event("CoreShowChannel", mine, "Channel: PJSIP/a")
            + event("UserEvent", "N: between")
            + event("CoreShowChannel", "ActionID: another", "Channel: PJSIP/x")
            + event("CoreShowChannel", "Channel: PJSIP/李", mine)
            + event("CoreShowChannelsComplete", mine, "EventList: Complete", "ListItems: 2")
        )

    switch.answers["CoreShowChannels"] = channels
    listed = client.listing({"Action": "CoreShowChannels"})
    assert [one["Channel"] for one in listed] == ["PJSIP/a", "PJSIP/李"]
    wait_for(lambda: "between" in watcher.told)
    switch.answers["CoreShowChannels"] = lambda fields: reply(fields, "EventList: start")
    with pytest.raises(SwitchAway):
        client.listing({"Action": "CoreShowChannels"}, timeout=0.1)


def test_a_lost_link_frees_whoever_waits_for_an_answer(switch: ScriptedSwitch, client: AmiClient) -> None:
    switch.answers["Redirect"] = lambda fields: switch.cut() or b""
    start = time.monotonic()
    with pytest.raises(SwitchAway):
        client.action({"Action": "Redirect"}, timeout=10)
    assert time.monotonic() - start < 2


def test_a_wrong_secret_is_told_and_tried_again(switch: ScriptedSwitch, watcher: Watcher) -> None:
    switch.answers["Login"] = lambda fields: reply(fields, "Message: Authentication failed", response="Error")
    client = AmiClient(
        "127.0.0.1",
        switch.port,
        "cc",
        "wrong",
        wanted=WANTED,
        on_event=watcher.event,
        on_up=watcher.up,
        on_down=watcher.down,
    )
    client.start()
    wait_for(lambda: len(switch.connections) >= 2)
    assert "Authentication failed" in client.last_failure
    assert not client.up
    assert watcher.told == []
    client.stop()


def test_stop_is_quick_and_tells_no_loss(switch: ScriptedSwitch, watcher: Watcher, client: AmiClient) -> None:
    start = time.monotonic()
    client.stop()
    assert time.monotonic() - start < 2
    assert "down" not in watcher.told
    with pytest.raises(SwitchAway):
        client.action({"Action": "Ping"})
