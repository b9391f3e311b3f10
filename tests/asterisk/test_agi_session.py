"""One caller's session: who is gone, what failed, and never a command that nobody wrote."""

import socket
import subprocess
import sys
import threading
import warnings

import pytest
from asterisk.agi import AGIAppError, AGIInvalidCommand

from callcenter.adapters.asterisk.agi.line import AgiLine
from callcenter.adapters.asterisk.agi.protocol import AgiProtocol
from callcenter.adapters.asterisk.plan import HANDED_OVER
from callcenter.domain.ids import CustomerId, QueueId, StepId
from callcenter.service.ivr import CUSTOMER, QUEUE, STEP, Resume, resume_of
from callcenter.service.ports import CallerGone, Line, SoundMissing
from tests.asterisk.figures import figure
from tests.asterisk.hostile import HOSTILE
from tests.asterisk.recorded import agi_talk
from tests.asterisk.scripted_agi import environment, line_with

OK = b"200 result=0\n"
DEAD = b"511 Command Not Permitted on a dead channel or intercept routine\n"


def test_a_line_says_who_calls() -> None:
    line, _ = line_with(b"200 result=1 (95588)\n")
    port: Line = line
    assert (port.call, port.channel) == ("1795360377.0", "PJSIP/trunk-00000001")
    assert (port.number, port.name, port.dialed) == ("13900000001", "李娜", "95588")
    line, _ = line_with(b"200 result=0\n", agi_callerid="unknown", agi_calleridname="unknown")
    assert (line.number, line.name, line.dialed) == ("", "", "95500")
    line, _ = line_with(OK, agi_dnid="unknown")
    assert line.dialed == "wait"


def handed_over(*values: str) -> dict[str, str]:
    return {f"agi_arg_{place}": value for place, value in enumerate(values, 1)}


def test_what_the_dialplan_hands_over_is_not_asked_for() -> None:
    assert {STEP, QUEUE, CUSTOMER} < set(HANDED_OVER)
    new, caller = line_with(OK, **handed_over("", "", "", "96000"))
    assert (resume_of(new), new.dialed) == (None, "96000")
    back, other = line_with(OK, **handed_over("line", "service", "7", "96000"))
    assert resume_of(back) == Resume(QueueId("service"), StepId("line"), CustomerId(7))
    assert caller.commands == other.commands == []


def test_what_is_put_is_sent_and_read_back_without_a_question() -> None:
    line, caller = line_with(b"200 result=1\n", b"200 result=1 (asked)\n", **handed_over("one", "", "", "96000"))
    line.put("CC_STEP", "two")
    assert (line.get("CC_STEP"), line.get("CC_OTHER")) == ("two", "asked")
    assert caller.commands == [b'SET VARIABLE "CC_STEP" "two"', b'GET VARIABLE "CC_OTHER"']


def test_a_dialplan_that_hands_nothing_over_is_asked() -> None:
    line, caller = line_with(b"200 result=1 (line)\n", b"200 result=0\n")
    assert resume_of(line) == Resume(None, StepId("line"), None)
    assert caller.commands == [f'GET VARIABLE "{name}"'.encode() for name in (STEP, QUEUE, CUSTOMER)]


def test_each_word_of_a_line_is_the_right_command() -> None:
    line, caller = line_with(
        b"200 result=50 endpos=100\n",
        OK,
        b"200 result=35\n",
        OK,
        OK,
        b"200 result=1\n",
        b"200 result=1 (value)\n",
        b"200 result=35 (dtmf) endpos=16000\n",
        b"200 result=1\n",
    )
    assert line.play("/sounds/menu", "12") == "2"
    assert line.play("hello") == ""
    assert line.wait_key(1.2345) == "#"
    line.music(True)
    line.music(False)
    line.put("CC_NEXT", '座席 "1"')
    assert line.get("CC_NEXT") == "value"
    assert line.record("/recordings/m1", 60) == 2000
    line.hang_up()
    with pytest.raises(CallerGone):
        line.get("X")
    assert [one.decode() for one in caller.commands] == [
        'STREAM FILE "/sounds/menu" "12"',
        'STREAM FILE "hello" ""',
        "WAIT FOR DIGIT 1234",
        'SET MUSIC "ON" "default"',
        'SET MUSIC "OFF"',
        'SET VARIABLE "CC_NEXT" "座席 \\"1\\""',
        'GET VARIABLE "CC_NEXT"',
        'RECORD FILE "/recordings/m1" "wav" "#" 60000 0 "BEEP"',
        "HANGUP",
    ]


def test_a2_a9_r16_a_session_runs_in_a_thread_and_writes_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    heard: list[str] = []
    line, _ = line_with(b"200 result=52\n")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        thread = threading.Thread(target=lambda: heard.append(line.wait_key(1)))
        thread.start()
        thread.join(5)
    out, err = capfd.readouterr()
    assert (heard, out, err) == (["4"], "", "")
    figure("R16", "import yes threaded_session yes keys_in_logs no")


def test_a4_a_hangup_line_ends_the_session_and_shifts_nothing() -> None:
    _, turns = agi_talk("hangup")
    line, caller = line_with(*(text for _, text in turns))
    line.answer()
    assert line.get("CC_NOTE") == "hotline"
    for _ in range(9):
        with pytest.raises(CallerGone):
            line.play("beep")
    assert len(caller.commands) == 2
    figure("R15", f"commands_after_hangup {len(caller.commands) - 2} in 9 tries")


def test_r15_a_hangup_that_was_not_read_yet_costs_one_command_at_most() -> None:
    line, caller = line_with(b"HANGUP\n" + DEAD)
    for _ in range(10):
        with pytest.raises(CallerGone):
            line.play("beep")
    assert len(caller.commands) <= 1


def test_a1_the_server_needs_nothing_that_python_3_cannot_import() -> None:
    program = "import sys, callcenter.adapters.asterisk.agi.server; print('asterisk.fastagi' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "False\n"
    )


def test_a3_text_goes_over_a_bytes_socket_whole_both_ways() -> None:
    line, caller = line_with("200 result=1 (座席𠮷)\n".encode())
    line.set_variable("CC_NOTE", "李娜𠮷")
    assert line.get_variable("CC_NOTE") == "座席𠮷"
    assert caller.commands[0] == 'SET VARIABLE "CC_NOTE" "李娜𠮷"'.encode()
    line, _ = line_with("200 result=1 (李娜)\n".encode("gbk"))
    assert "\ufffd" in line.get_variable("CALLERID(name)")


@pytest.mark.parametrize("answer", [DEAD, b"200 result=-1 (hangup)\n"])
def test_a5_a_dead_channel_is_caller_gone(answer: bytes) -> None:
    line, _ = line_with(answer)
    with pytest.raises(CallerGone):
        line.play("beep")
    assert line.hung_up


def test_a5_a_closed_socket_is_caller_gone() -> None:
    line, caller = line_with(OK)
    caller.connection.shutdown(socket.SHUT_RDWR)
    for _ in range(2):
        with pytest.raises(CallerGone):
            line.get("X")


def test_a6_minus_one_is_told_apart_by_the_channels_state() -> None:
    missing, caller = line_with(b"200 result=-1 endpos=0\n", b"200 result=6\n", OK)
    with pytest.raises(SoundMissing, match=r"no-such-file: .*声音文件"):
        missing.play("no-such-file")
    assert caller.commands[1] == b"CHANNEL STATUS"
    assert missing.play("beep") == ""
    _, turns = agi_talk("hangup_in_command")
    left, caller = line_with(*(text for _, text in turns))
    left.answer()
    with pytest.raises(CallerGone):
        left.wait_key(5)
    with pytest.raises(CallerGone):
        left.noop()
    assert len(caller.commands) == 3


def test_a_value_that_says_hangup_is_a_value() -> None:
    line, _ = line_with(b"200 result=1 (hangup)\n")
    assert line.get("CALLERID(name)") == "hangup"


def test_a8_get_data_and_record_file_say_how_they_ended() -> None:
    line, _ = line_with(b"200 result=12 (timeout)\n", b"200 result= (timeout)\n", b"200 result=120015\n")
    assert [line.get_data("menu") for _ in range(3)] == [("12", True), ("", True), ("120015", False)]
    line, _ = line_with(b"200 result=0 (timeout) endpos=80000\n", b"200 result=-1 (hangup) endpos=24000\n")
    assert line.record_file("m") == ("timeout", 80000)
    assert line.record("m", 10) == 3000
    with pytest.raises(CallerGone):
        line.noop()


def test_a10_a_switch_that_never_answers_is_caller_gone_in_time() -> None:
    line, _ = line_with(b"")
    with pytest.raises(CallerGone):
        line.ask("NOOP", seconds=0.1)


def test_pyst2s_own_commands_work_and_raise_pyst2s_errors() -> None:
    line, caller = line_with(b"200 result=6\n", b"200 result=1 (v)\n", OK, b"510 Invalid or unknown command\n", OK)
    assert line.channel_status() == 6
    assert line.database_get("a family", "key") == "v"
    assert line.wait_for_digit(50) == ""
    with pytest.raises(AGIInvalidCommand):
        line.noop()
    line.say_digits("123", [4, "5"])
    assert caller.commands[1] == b'DATABASE GET "a family" "key"'
    assert caller.commands[-1] == b'SAY DIGITS "123" "45"'
    failed, _ = line_with(b"200 result=-1\n", b"200 result=6\n")
    with pytest.raises(AGIAppError):
        failed.appexec("NoSuch", "x")


def calls(line: AgiLine, value: str) -> list[object]:
    """Return what would send `value` in every place where a text goes out, pyst2's own methods too."""
    return [
        lambda: line.play(value, value),
        lambda: line.get(value),
        lambda: line.put(value, value),
        lambda: line.record(value, 1, value),
        lambda: line.get_data(value),
        lambda: line.get_option(value, value),
        lambda: line.stream_file(value, value),
        lambda: line.control_stream_file(value, value),
        lambda: line.record_file(value, value, value),
        lambda: line.appexec(value, value),
        lambda: line.exec_command(value, value, value),
        lambda: line.set_variable(value, value),
        lambda: line.get_full_variable(value, value),
        lambda: line.verbose(value),
        lambda: line.set_callerid(value),
        lambda: line.set_context(value),
        lambda: line.set_extension(value),
        lambda: line.set_priority(value),
        lambda: line.send_text(value),
        lambda: line.send_image(value),
        lambda: line.say_alpha(value, value),
        lambda: line.say_datetime(0, value, value, value),
        lambda: line.database_get(value, value),
        lambda: line.database_put(value, value, value),
        lambda: line.database_del(value, value),
        lambda: line.database_deltree(value, value),
        lambda: line.hangup(value),
        lambda: line.channel_status(value),
        lambda: line.tdd_mode(value),
    ]


def test_s4_no_text_of_a_caller_becomes_a_second_command() -> None:
    refused = sent = 0
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    for value in HOSTILE:
        protocol = AgiProtocol()
        protocol.feed(environment())
        line = AgiLine(ours, protocol, {})
        for call in calls(line, value):
            line._reply = lambda: pytest.fail("no answer is read here")  # type: ignore[method-assign]
            try:
                call()  # type: ignore[operator]
            except ValueError:
                refused += 1
                with pytest.raises(BlockingIOError):
                    theirs.recv(65536)
            except pytest.fail.Exception:
                sent += 1
                wire = theirs.recv(65536)
                assert wire.count(b"\n") == 1
                assert wire.endswith(b"\n")
                assert b"\r" not in wire
                assert b"\0" not in wire
                assert len(wire) <= 2047
    figure("S4", f"values {len(HOSTILE)} refused {refused} sent {sent} extra_commands 0")
    assert sent > 1000
    assert refused > 1000
