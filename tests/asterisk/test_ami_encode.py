"""Actions on the wire: what a caller or a form writes never becomes a header or an action."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.adapters.asterisk.ami.encode import LINE_BYTES, encode
from tests.asterisk.figures import figure
from tests.asterisk.hostile import HOSTILE

ACTIONS: tuple[dict[str, str | list[str]], ...] = (
    {"Action": "Originate", "Channel": "{}", "CallerID": "{}", "Variable": ["A={}", "B={}"], "ChannelId": "{}"},
    {"Action": "Redirect", "Channel": "{}", "Context": "{}", "Exten": "{}", "Priority": "{}"},
    {"Action": "Hangup", "Channel": "{}", "Cause": "{}"},
    {"Action": "Setvar", "Channel": "{}", "Variable": "{}", "Value": "{}"},
    {"Action": "MixMonitor", "Channel": "{}", "File": "{}", "Options": "{}"},
    {"Action": "QueuePause", "Interface": "{}", "Reason": "{}"},
    {"Action": "UserEvent", "UserEvent": "{}", "Note": "{}"},
    {"Action": "Command", "Command": "{}"},
    {"Action": "{}"},
)


def filled(action: dict[str, str | list[str]], header: str, value: str) -> dict[str, str | list[str]]:
    """Return the action with `value` in one header and an innocent text in the others."""

    def fill(name: str, one: str) -> str:
        return one.replace("{}", value if name == header else "1")

    return {
        name: fill(name, given) if isinstance(given, str) else [fill(name, one) for one in given]
        for name, given in action.items()
    }


def test_a_sequence_repeats_its_header_m11() -> None:
    wire = encode({"Action": "Originate", "Variable": ["A=1", "B=中"], "ActionID": "mine", "ChannelId": "job-7"}, "7")
    assert wire.decode() == (
        "Action: Originate\r\nActionID: 7\r\nVariable: A=1\r\nVariable: B=中\r\nChannelId: job-7\r\n\r\n"
    )


def test_s1_m9_hostile_values_never_add_a_header_or_an_action() -> None:
    refused = sent = extra = 0
    for action in ACTIONS:
        for header in action:
            for value in HOSTILE:
                fields = filled(action, header, value)
                lines = sum(1 if isinstance(one, str) else len(one) for one in fields.values()) + 1
                try:
                    wire = encode(fields, "1")
                except ValueError:
                    refused += 1
                    continue
                sent += 1
                assert wire.endswith(b"\r\n\r\n")
                extra += wire.count(b"\r\n\r\n") - 1
                assert wire.count(b"\n") == wire.count(b"\r") == lines + 1
    figure(
        "S1",
        f"values {len(HOSTILE)} fields {sum(map(len, ACTIONS))} refused {refused} sent {sent} extra_actions {extra}",
    )
    assert extra == 0
    assert sent > 500
    assert refused > 2000


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4))
def test_any_fields_are_one_action_or_are_refused(fields: dict[str, str]) -> None:
    try:
        wire = encode({"Action": "Ping", **fields}, "1")
    except ValueError:
        return
    assert wire.count(b"\r\n\r\n") == 1
    assert wire.count(b"\r") == wire.count(b"\n")


@pytest.mark.parametrize("name", ["", "A:B", "A\r\nB", "A\0"])
def test_the_name_of_a_header_is_checked_too(name: str) -> None:
    with pytest.raises(ValueError, match=r"字段名.*name of a header"):
        encode({"Action": "Ping", name: "x"}, "1")


def test_what_the_switch_would_throw_away_whole_is_refused_before() -> None:
    fits = "x" * (LINE_BYTES - len("Note: \r\n"))
    encode({"Action": "UserEvent", "Note": fits}, "1")
    with pytest.raises(ValueError, match=r"过长.*too long"):
        encode({"Action": "UserEvent", "Note": fits + "x"}, "1")
    encode({"Action": "Originate", "Variable": ["A=1"] * 126}, "1")
    with pytest.raises(ValueError, match=r"过多.*too many"):
        encode({"Action": "Originate", "Variable": ["A=1"] * 127}, "1")
