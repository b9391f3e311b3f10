"""FastAGI text in and out, from recordings of a real switch and from hostile words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.adapters.asterisk.agi.protocol import (
    COMMAND_BYTES,
    ENVIRONMENT_LINES,
    HANGUP,
    AgiProtocol,
    AgiReply,
    Flooded,
    Heard,
    command,
    quote,
)
from tests.asterisk.recorded import agi_talk
from tests.asterisk.scripted_agi import environment


def begun() -> AgiProtocol:
    protocol = AgiProtocol()
    protocol.feed(environment())
    return protocol


def answers(name: str) -> list[list[Heard]]:
    start, turns = agi_talk(name)
    protocol = AgiProtocol()
    assert len(protocol.feed(start)) == 1
    heard = []
    for _, text in turns:
        protocol.asked()
        heard.append(protocol.feed(text))
    assert protocol.stray == 0
    return heard


def test_every_answer_of_a_recorded_session_is_understood() -> None:
    heard = answers("answers")
    assert heard[0] == [AgiReply(200, "0")]
    assert heard[2] == [AgiReply(200, "1", 'a "b" \\ 中文 (x)')]
    assert heard[3] == [AgiReply(200, "0")]
    assert heard[4] == [AgiReply(200, "-1", "", 0)]
    assert [reply.code for reply in (heard[6][0], heard[7][0]) if isinstance(reply, AgiReply)] == [510, 520]
    assert heard[9] == [AgiReply(200, "", "timeout")]
    assert heard[13] == [AgiReply(200, "1", "timeout", 0)]
    assert heard[19] == [AgiReply(200, "0", "", 3404)]


def test_a4_an_unsolicited_hangup_line_never_shifts_the_answers() -> None:
    assert answers("hangup")[1] == [HANGUP, AgiReply(200, "1", "hotline")]
    assert answers("answers")[20:22] == [
        [AgiReply(200, "1"), HANGUP],
        [AgiReply(511, usage="511 Command Not Permitted on a dead channel or intercept routine")],
    ]


def test_a520_answer_of_several_lines_is_one_answer() -> None:
    protocol = begun()
    protocol.asked()
    assert protocol.feed(b"520-Invalid command syntax.  Proper usage follows:\n200 result=7\nHow to use\n") == []
    (reply,) = protocol.feed(b"520 End of proper usage.\n200 result=9\n")
    assert isinstance(reply, AgiReply)
    assert (reply.code, protocol.stray) == (520, 1)


def test_every_split_of_a_recorded_session_reads_the_same() -> None:
    start, turns = agi_talk("answers")
    stream = start + b"".join(text for _, text in turns[:4])
    whole = AgiProtocol()
    whole.asked()
    expected = whole.feed(stream)
    for position in range(len(stream) + 1):
        protocol = AgiProtocol()
        protocol.asked()
        assert protocol.feed(stream[:position]) + protocol.feed(stream[position:]) == expected


def test_a_line_break_in_a_callers_text_cannot_answer_the_next_command() -> None:
    protocol = begun()
    protocol.asked()
    assert protocol.feed(b"200 result=1 (one\n200 result=1 (two)\n") == [AgiReply(200, "1", "one\n200 result=1 (two")]
    protocol.asked()
    assert protocol.feed(b"200 result=1 (one)\n200 result=1 (forged)\n") == [AgiReply(200, "1", "one")]
    protocol.asked()
    assert protocol.feed(b"200 result=1 (true)\n") == [AgiReply(200, "1", "true")]
    assert protocol.stray == 1


def test_a_line_break_in_a_callers_number_cannot_change_which_call_it_is() -> None:
    protocol = AgiProtocol()
    (told,) = protocol.feed(environment(agi_callerid="139\nagi_uniqueid: forged\nagi_channel: forged"))
    assert isinstance(told, dict)
    assert told["agi_uniqueid"] == "1795360377.0"
    assert told["agi_channel"] == "PJSIP/trunk-00000001"


def test_an_environment_or_answer_without_end_is_flooded() -> None:
    with pytest.raises(Flooded):
        AgiProtocol().feed(b"agi_x: y\n" * (ENVIRONMENT_LINES + 1))
    with pytest.raises(Flooded):
        AgiProtocol().feed(b"x" * 100_000)
    protocol = begun()
    protocol.asked()
    with pytest.raises(Flooded):
        protocol.feed(b"200 result=1 (" + b"x\n" * 50_000)


def asterisk_words(line: str) -> list[str]:
    """Split a command as Asterisk's AGI does: quotes join, a backslash takes the next character as it is."""
    words: list[str] = []
    quoted = escaped = False
    between = True
    for character in line:
        if character == '"' and not escaped:
            quoted = not quoted
            if quoted and between:
                words.append("")
                between = False
        elif character in " \t" and not quoted and not escaped:
            between = True
        elif character == "\\" and not escaped:
            escaped = True
            continue
        else:
            if between:
                words.append("")
                between = False
            words[-1] += character
        escaped = False
    return words


@given(
    st.lists(st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=40), max_size=5)
)
def test_a7_the_switch_reads_exactly_the_words_that_were_written(words: list[str]) -> None:
    line = command("SET VARIABLE", *words).decode()
    assert line.count("\n") == 1
    assert asterisk_words(line[:-1]) == ["SET", "VARIABLE", *words]


@pytest.mark.parametrize("hostile", ["a\nEXEC System x", "a\rb", "a\0b", "\n"])
def test_a7_line_breaks_are_refused_in_both_languages(hostile: str) -> None:
    with pytest.raises(ValueError, match=r"换行.*line break"):
        command("SET VARIABLE", "X", hostile)
    with pytest.raises(ValueError, match="line break"):
        quote(hostile)
    with pytest.raises(ValueError, match="AGI"):
        command("SET VARIABLE\n", "X")


def test_a_command_that_the_switch_would_cut_in_two_is_refused() -> None:
    assert len(command("SET VARIABLE", "X", "x" * (COMMAND_BYTES - 20))) == COMMAND_BYTES
    with pytest.raises(ValueError, match=r"过长.*shorten"):
        command("SET VARIABLE", "X", "x" * (COMMAND_BYTES - 19))
