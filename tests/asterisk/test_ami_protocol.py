"""AMI bytes in, messages out: a real recording, every split, and every text that a caller may choose."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.adapters.asterisk.ami.protocol import BLOCK_BYTES, EVERY, AmiEvent, AmiProtocol, AmiReply
from tests.asterisk.figures import figure
from tests.asterisk.hostile import HOSTILE, TEXTS
from tests.asterisk.recorded import ami_stream
from tests.asterisk.scripted_ami import event

WANTED = frozenset({"UserEvent", "DialBegin", "DialEnd", "Hangup", "FullyBooted"})
POISON = (
    "Queue status will follow",
    "Response: Follows",
    "--END COMMAND--",
    "StatusComplete",
    "Event: Hangup",
    ":",
    "",
)


def read(
    stream: bytes, wanted: frozenset[str] = EVERY, chunk: int = 65536
) -> tuple[AmiProtocol, list[AmiEvent | AmiReply]]:
    protocol = AmiProtocol(wanted)
    return protocol, [
        message for start in range(0, len(stream), chunk) for message in protocol.feed(stream[start : start + chunk])
    ]


def events(messages: list[AmiEvent | AmiReply]) -> list[AmiEvent]:
    return [message for message in messages if isinstance(message, AmiEvent)]


def test_a_recorded_day_is_read_whole() -> None:
    stream = ami_stream()
    protocol, messages = read(stream)
    raw = len(re.findall(rb"^Event: ", stream, re.MULTILINE))
    assert len(events(messages)) == raw == 28_808
    assert (protocol.version, protocol.malformed, protocol.dropped) == ("11.0.0", 0, 0)
    reply = messages[0]
    assert isinstance(reply, AmiReply)
    assert (reply.success, reply.message, reply.action_id) == (True, "Authentication accepted", "rec-1")
    names = {one["CallerIDName"] for one in events(messages) if one.name == "Hangup"}
    assert {"李娜", "𠮷野家", "Queue status will follow", "Response: Follows", "--END COMMAND--"} <= names


def test_what_nobody_wants_is_counted_and_not_built() -> None:
    protocol, messages = read(ami_stream(), WANTED)
    kept = events(messages)
    assert {one.name for one in kept} == WANTED
    assert (len(kept), protocol.dropped, protocol.seen) == (240 * 3 + 480 + 1, 28_808 - 1_201, 28_809)


@pytest.mark.parametrize("chunk", [1, 2, 7, 1460, 4096])
def test_the_size_of_the_chunks_changes_nothing(chunk: int) -> None:
    stream = ami_stream()[:200_000]
    _, whole = read(stream)
    _, pieces = read(stream, chunk=chunk)
    assert [one.items() for one in pieces] == [one.items() for one in whole]


def test_r8_every_split_of_an_event_in_chinese_reads_the_same() -> None:
    text = event(
        "UserEvent", "CallerIDName: 李娜𠮷野家", "ConnectedLineName: 欧阳震华", f"Note: {'电费查询座席' * 110}"
    )
    assert len(text) >= 2000
    expected = AmiProtocol(EVERY).feed(text)[0].items()
    differences = 0
    for position in range(len(text) + 1):
        protocol = AmiProtocol(EVERY)
        (one,) = protocol.feed(text[:position]) + protocol.feed(text[position:])
        differences += one.items() != expected
    figure("R8", f"splits {len(text) + 1} differences {differences}")
    assert differences == 0


def test_m1_r6_repeated_channel_variables_are_all_kept_and_events_go_on() -> None:
    protocol = AmiProtocol(EVERY)
    lines = ("ChanVariable: JOBID=7", "ChanVariable: CC_NOTE=a=b", "ChanVariable: EMPTY=")
    before, after = events(protocol.feed(event("Hangup", *lines) + event("Hangup", "Cause: 16")))
    assert before.all("ChanVariable") == ["JOBID=7", "CC_NOTE=a=b", "EMPTY="]
    assert after["Cause"] == "16"
    _, messages = read(ami_stream())
    figure("R6", f"events {len(events(messages))} of 28808 after the first ChanVariable")


def test_r7_m7_no_text_of_a_caller_stops_or_cuts_the_stream() -> None:
    chance = random.Random(7)
    alphabet = [*"ab:,=<>()\"'\\ \t", "\x00", "\r", "\n", "\u2028", "\x85", "李", "𠮷", *POISON, *TEXTS[:13]]
    protocol = AmiProtocol(frozenset({"Newchannel"}))
    total = wrong = 0
    for _ in range(100):
        values = ["".join(chance.choices(alphabet, k=chance.randrange(1, 8))) for _ in range(1000)]
        values = [re.sub("\r+\n", "\n", value).strip(" \r") for value in values]
        text = b"".join(event("Newchannel", f"CallerIDName: {value}", "Uniqueid: 1.1") for value in values)
        found = events(protocol.feed(text))
        total += len(found)
        wrong += sum(
            one["CallerIDName"] != value or one["Uniqueid"] != "1.1" for one, value in zip(found, values, strict=True)
        )
    figure("R7", f"values 100000 events {total} difference {100_000 - total} misread {wrong}")
    assert (total, wrong, protocol.malformed) == (100_000, 0, 0)


def test_a_byte_that_is_not_utf_8_harms_its_own_value_only() -> None:
    one, two = events(
        AmiProtocol(EVERY).feed(b"Event: Hangup\r\nName: \xc0\xef\r\nN: 1\r\n\r\n" + event("Hangup", "N: 2"))
    )
    assert (one["Name"], one["N"], two["N"]) == ("\ufffd\ufffd", "1", "2")


def test_m8_every_line_of_a_command_is_kept() -> None:
    protocol = AmiProtocol(EVERY)
    lines = [f"Output: line {number}: x" for number in range(25)]
    (reply,) = protocol.feed("\r\n".join(["Response: Success", "ActionID: 1", *lines, "Output: ", "", ""]).encode())
    assert isinstance(reply, AmiReply)
    assert reply.output == [f"line {number}: x" for number in range(25)] + [""]


def test_a_header_is_read_on_demand() -> None:
    (one,) = events(AmiProtocol(EVERY).feed(event("Hold", "Channel: PJSIP/1", "AccountCode: ", "Empty:", "X: a: b")))
    assert one.get("Channel") == one["Channel"] == "PJSIP/1"
    assert (one["AccountCode"], one["Empty"], one["X"], one.get("None", "-"), one["Event"]) == (
        "",
        "",
        "a: b",
        "-",
        "Hold",
    )
    assert one.get("ccountCode") == ""
    with pytest.raises(KeyError):
        one["None"]


def test_lists_are_collected_by_their_action_id_only() -> None:
    protocol = AmiProtocol(frozenset({"Hangup"}))
    protocol.collecting.add("7")
    mine, other = event("Status", "Channel: a", "ActionID: 7"), event("Status", "ActionID: 8")
    assert [one.name for one in events(protocol.feed(mine + other + event("Hangup") + mine))] == [
        "Status",
        "Hangup",
        "Status",
    ]
    protocol.collecting.discard("7")
    assert protocol.feed(mine) == []
    assert protocol.dropped == 2


def test_a_block_without_end_is_dropped_and_counted_and_the_next_is_read() -> None:
    protocol = AmiProtocol(EVERY)
    protocol.feed(b"Event: Endless\r\n")
    for _ in range(40):
        assert protocol.feed(b"X: " + b"x" * 65536) == []
        assert len(protocol._buffer) <= BLOCK_BYTES
    (after,) = protocol.feed(b"\r\n\r\n" + event("Hangup"))
    assert isinstance(after, AmiEvent)
    assert (after.name, protocol.malformed, protocol.seen) == ("Hangup", 1, 1)


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_no_bytes_at_all_make_it_fail(chunks: list[bytes]) -> None:
    protocol = AmiProtocol(EVERY)
    for chunk in chunks:
        protocol.feed(chunk)
    assert [one.name for one in events(protocol.feed(b"x\r\n\r\n" + event("Hangup")))][-1:] == ["Hangup"]


def test_forged_names_do_not_fill_the_memory() -> None:
    protocol = AmiProtocol(EVERY)
    for number in range(5000):
        protocol.feed(event(f"Forged{number}"))
    assert len(protocol._names) <= 1024


def test_hostile_texts_are_many() -> None:
    assert len(HOSTILE) >= 200
