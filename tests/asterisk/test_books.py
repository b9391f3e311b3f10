"""The switch's own CDR file: one business call of all its rows, and a damaged row is left out."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from callcenter.adapters.asterisk.books import CdrTail, SwitchCall, read_calls
from callcenter.domain.ids import CallId


def row(unique: str, call: str = "", start: str = "1763600000.5", **other: str) -> str:
    values = {
        "uniqueid": unique,
        "linkedid": call or unique,
        "sequence": "1",
        "dcontext": "serve",
        "channel": "PJSIP/trunk-00000000",
        "dstchannel": "",
        "start": start,
        "answer": "0.000000",
        "end": "1763600060.250000",
        "duration": "60",
        "billsec": "0",
        "disposition": "1",
        **other,
    }
    return ",".join(f'"{value}"' for value in values.values())


def read(path: Path, *lines: str) -> tuple[SwitchCall, ...]:
    file = path / "calls.csv"
    file.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return read_calls(file)


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def test_no_file_no_calls(tmp_path: Path) -> None:
    assert read_calls(tmp_path / "none.csv") == ()


def test_a_call_that_nobody_answered(tmp_path: Path) -> None:
    (call,) = read(tmp_path, row("1763600000.1"))
    assert call == SwitchCall(CallId("1763600000.1"), moment(1763600000.5), moment(1763600060.25), (), "serve")


def test_all_rows_of_a_call_are_one_call_with_the_agents_who_were_bridged(tmp_path: Path) -> None:
    missed = row("1.1", dstchannel="PJSIP/8001-0000002a", disposition="1", end="1763600020")
    answered = row("1.1", dstchannel="PJSIP/8002-0000002b", disposition="8", dcontext="connect", start="1763600021")
    other = row("1.2", "1.1", dstchannel="", channel="PJSIP/8002-0000002b")
    (call,) = read(tmp_path, missed, answered, other)
    assert (call.agents, call.context, call.started_at, call.ended_at) == (
        ("8002",),
        "connect",
        moment(1763600000.5),
        moment(1763600060.25),
    )


def test_calls_come_in_order_of_arrival(tmp_path: Path) -> None:
    calls = read(tmp_path, row("1.2", start="1763600009"), row("1.1", start="1763600001"))
    assert [call.call for call in calls] == ["1.1", "1.2"]


def test_a_leg_without_its_caller_is_no_call(tmp_path: Path) -> None:
    assert read(tmp_path, row("1.2", "1.1")) == ()


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "x",
        row("1.9")[:40],
        row("1.9") + ",more",
        row("1.9", start="yesterday"),
        row("1.9", start="nan"),
        row("1.9", end=""),
        row("1.9", end="-1"),
        '"' + row("1.9"),
    ],
)
def test_a_damaged_row_costs_no_other(tmp_path: Path, damaged: str) -> None:
    calls = read(tmp_path, row("1.1"), damaged)
    assert [call.call for call in calls] == ["1.1"]


def test_bytes_that_are_no_text_harm_their_row_only(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_bytes(row("1.1").encode() + b"\n\xff\xfe\n" + row("1.2").encode() + b"\n")
    assert [call.call for call in read_calls(file)] == ["1.1", "1.2"]


def test_the_tail_reads_each_settled_call_once_also_after_a_restart(tmp_path: Path) -> None:
    file, mark = tmp_path / "calls.csv", tmp_path / "cdr.mark"
    first, second = row("1763600000.1", end="1763600010.0"), row("1763600020.2", end="1763600090.0")
    file.write_text(f"{first}\ndamaged\n{second}\n", "utf-8")
    tail = CdrTail(file, mark)
    assert [call.call for call in tail.settled(moment(1763600050))] == ["1763600000.1"]
    assert tail.settled(moment(1763600050)) == ()
    again = CdrTail(file, mark)
    with file.open("a", encoding="utf-8") as out:
        out.write(row("1763600095.3", end="1763600099.0"))
    assert [call.call for call in again.settled(moment(1763600100))] == ["1763600020.2"], "half a line is not read yet"
    with file.open("a", encoding="utf-8") as out:
        out.write("\n")
    assert [call.call for call in again.settled(moment(1763600100))] == ["1763600095.3"]


def test_the_tail_of_a_file_that_is_not_there_or_began_anew(tmp_path: Path) -> None:
    file, mark = tmp_path / "calls.csv", tmp_path / "cdr.mark"
    assert CdrTail(file, mark).settled(moment(1763600100)) == ()
    mark.write_text("99999", "ascii")
    file.write_text(row("1763600000.1", end="1763600010.0") + "\n", "utf-8")
    assert len(CdrTail(file, mark).settled(moment(1763600100))) == 1
