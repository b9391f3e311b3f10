"""The files that the switch reads: made from a plan, safe against bad values, and the same for the same plan."""

import re
import wave
from dataclasses import replace
from pathlib import Path

import pytest

from callcenter.adapters.asterisk.config import CDR_COLUMNS, CEL_COLUMNS, fingerprint, write
from callcenter.adapters.asterisk.config.addresses import own_addresses
from callcenter.adapters.asterisk.config.links import EVENTS, WRITE_CLASSES
from callcenter.adapters.asterisk.config.modules import MODULES
from callcenter.adapters.asterisk.install import Installed
from callcenter.adapters.asterisk.plan import PhonePlan, PlanRefused, SwitchPlan


@pytest.fixture
def plan(tmp_path: Path) -> SwitchPlan:
    modules = tmp_path / "modules"
    modules.mkdir()
    return SwitchPlan(
        run_dir=tmp_path / "run",
        software=Installed(("asterisk",), modules, tmp_path / "documentation", "22.10.1"),
        recordings=tmp_path / "recordings",
        prompts=tmp_path / "prompts",
        hotlines=("96000", "02195500"),
        ami_secret="secret-1",
        phones=(PhonePlan("8001", "pw-8001"), PhonePlan("8002", "pw-8002", "sip", "sip:8002@127.0.0.20:6000")),
        duty_phones=("8002",),
        trunks=("127.0.1.0/24", "127.0.0.1:15062"),
        ice_hosts=("10.9.9.9", "172.17.0.1"),
    )


def files(plan: SwitchPlan) -> dict[str, str]:
    etc = write(plan).parent
    return {path.name: path.read_text(encoding="utf-8") for path in etc.iterdir()}


def context(text: str, name: str) -> str:
    return text.split(f"[{name}]\n")[1].partition("\n[")[0]


def test_hotlines_are_explicit_numbers_and_the_caller_is_filtered_before_anything_else(plan: SwitchPlan) -> None:
    hotline = context(files(plan)["extensions.conf"], "hotline")
    assert re.findall(r"exten => (\S+?),1,", hotline) == ["96000", "02195500"]
    for block in hotline.split("exten => ")[1:]:
        steps = [line.strip() for line in block.splitlines()]
        number = next(n for n, step in enumerate(steps) if "CALLERID(num)=${FILTER(0123456789+," in step)
        name = next(n for n, step in enumerate(steps) if "CALLERID(name)=${FILTER(" in step)
        answer = next(n for n, step in enumerate(steps) if "Answer()" in step)
        assert number < name < answer


def test_only_our_variable_says_that_the_session_ended_by_itself(plan: SwitchPlan) -> None:
    serve = context(files(plan)["extensions.conf"], "serve")
    assert "AGISTATUS" not in "\n".join(line for line in serve.splitlines() if not line.startswith(";"))
    assert serve.index("AGIEXITONHANGUP=yes") < serve.index(
        "AGI(agi://127.0.0.1:4573/call,${CC_STEP},${CC_QUEUE},${CC_CUSTOMER},${CC_DIALED})"
    )
    assert "Dial(PJSIP/8002,30,gm(default)b(ring^plain^1))" in serve


def test_without_duty_phones_the_caller_goes_on_waiting(plan: SwitchPlan) -> None:
    serve = context(files(replace(plan, duty_phones=()))["extensions.conf"], "serve")
    assert "Dial(" not in serve
    assert "Goto(s,1)" in serve.split("CCDutyOver")[1]


def test_what_an_agents_phone_is_told_and_what_a_redirect_may_say(plan: SwitchPlan) -> None:
    text = files(plan)["extensions.conf"]
    connect = context(text, "connect")
    for place in (1, 2, 3):
        assert re.search(rf"FILTER\(\d+,\$\{{CUT\(EXTEN,\*,{place}\)\}}\)", connect)
    assert "Dial(PJSIP/${CC_AGENT},${CC_SECONDS},gm(default)b(ring^s^1(${UNIQUEID}^${CC_AUTO})))" in connect
    assert "PJSIP_HEADER(add,X-CC-Call)=${ARG1}" in context(text, "ring")
    assert "exten" not in text.split("[agents]")[1]
    assert "CC_REC}" not in context(text, "record")


def test_the_ami_user_has_no_dangerous_right_and_hears_only_listed_events(plan: SwitchPlan) -> None:
    text = files(plan)["manager.conf"]
    assert not {"system", "command", "config", "all"} & set(WRITE_CLASSES.split(","))
    assert f"write={WRITE_CLASSES}\n" in text
    assert re.findall(r"name\((\w+)\)", text) == list(EVENTS)
    assert "Newchannel" not in text
    assert "bindaddr=127.0.0.1" in text
    older = replace(plan, software=replace(plan.software, version="20.6.0"))
    assert re.findall(r"eventfilter=Event: (\w+)", files(older)["manager.conf"]) == list(EVENTS)


def test_secrets_are_readable_by_the_owner_only(plan: SwitchPlan) -> None:
    for path in write(plan).parent.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_books_quote_each_column_and_hold_nothing_a_caller_chose(plan: SwitchPlan) -> None:
    written = files(plan)
    assert written["cdr_custom.conf"].count("CSV_QUOTE") == len(CDR_COLUMNS)
    assert written["cel_custom.conf"].count("CSV_QUOTE") == len(CEL_COLUMNS)
    for name in ("clid", "src", "lastdata", "CALLERID", "userfield"):
        assert name not in written["cdr_custom.conf"] + written["cel_custom.conf"]
    assert {"uniqueid", "linkedid", "disposition"} <= set(CDR_COLUMNS)


def test_browsers_on_this_machine_are_told_loopback_and_no_other_address(plan: SwitchPlan) -> None:
    text = files(plan)["rtp.conf"]
    assert "10.9.9.9 => 127.0.0.1" in text
    assert "ice_deny=172.17.0.1/255.255.255.255" in text
    assert "ice_host_candidates" not in files(replace(plan, address="10.1.2.3"))["rtp.conf"]


def test_own_addresses_are_read_from_the_kernels_table() -> None:
    table = (
        "  |-- 10.9.9.9\n     /32 host LOCAL\n  |-- 127.0.0.1\n     /32 host LOCAL\n"
        "  |-- 10.9.9.0\n     /24 link UNICAST\n  |-- 10.9.9.9\n     /32 host LOCAL\n"
    )
    assert own_addresses(table) == ("10.9.9.9",)


def test_phones_are_written_by_kind(plan: SwitchPlan) -> None:
    text = files(plan)["pjsip.conf"]
    browser, sip = text.split("[8001]\ntype=endpoint")[1].split("[8002]\ntype=endpoint")
    assert "webrtc=yes" in browser
    assert "password=pw-8001" in browser
    assert "contact=sip:8002@127.0.0.20:6000" in sip
    assert "password" not in sip
    assert "match=127.0.1.0/24\nmatch=127.0.0.1:15062\n" in text
    assert "trust_id_inbound=yes" not in text


def test_every_module_is_named_and_none_can_run_a_program(plan: SwitchPlan) -> None:
    text = files(plan)["modules.conf"]
    assert "autoload=no" in text
    assert text.count("require=") == len(MODULES) == len(set(MODULES))
    for name in ("app_system", "func_shell", "func_env", "app_exec", "app_originate", "func_db", "app_externalivr"):
        assert name not in text


def test_writing_again_changes_nothing(plan: SwitchPlan) -> None:
    etc = write(plan).parent
    before = {path: path.stat().st_mtime_ns for path in etc.iterdir()}
    write(plan)
    assert {path: path.stat().st_mtime_ns for path in etc.iterdir()} == before
    assert fingerprint(plan) == fingerprint(replace(plan))
    assert fingerprint(plan) != fingerprint(replace(plan, hotlines=("96001",)))


def test_waiting_music_is_a_quiet_loop_at_8_khz(plan: SwitchPlan) -> None:
    write(plan)
    with wave.open(str(plan.run_dir / "moh/waiting.wav")) as music:
        assert (music.getframerate(), music.getnchannels(), music.getsampwidth()) == (8000, 1, 2)
        assert music.getnframes() == 16 * 8000
        samples = memoryview(music.readframes(music.getnframes())).cast("h")
        assert 4000 < max(samples) <= 8192


@pytest.mark.parametrize(
    "change",
    [
        {"hotlines": ()},
        {"hotlines": ("96000", "96000")},
        {"hotlines": ("_X.",)},
        {"ami_secret": "a\nwrite=all"},
        {"ami_user": "x]"},
        {"phones": (PhonePlan("8001", "pw;comment"),)},
        {"phones": (PhonePlan("8001", "pw-8001", "sip", "sip:8001@x:1\nauth=no"),)},
        {"phones": (PhonePlan("80O1", "pw-8001"),), "duty_phones": ()},
        {"phones": (PhonePlan("8001", "pw-8001"), PhonePlan("8001", "pw-8001")), "duty_phones": ()},
        {"duty_phones": ("9999",)},
        {"trunks": ("127.0.0.0/8",)},
        {"trunks": ("somewhere",)},
        {"trunk_contact": "sip:a b"},
        {"address": "localhost"},
        {"sip_port": 0},
        {"time_zone": "Asia/Nowhere"},
        {"recordings": Path("relative")},
        {"recordings": Path("/tmp/a,b")},  # noqa: S108 - never opened
    ],
    ids="-".join,
)
def test_a_plan_with_an_unsafe_value_is_refused_in_two_languages(plan: SwitchPlan, change: dict[str, object]) -> None:
    with pytest.raises(PlanRefused) as refused:
        replace(plan, **change)  # type: ignore[arg-type]
    chinese, english = str(refused.value).split("\n")
    assert "请改正" in chinese
    assert "Correct it" in english
