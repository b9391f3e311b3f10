"""The switch as a process: adopted after our death, changed while it lives, examined by the doctor; real Asterisk."""

import os
import pickle
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from callcenter.adapters.asterisk.checks import check_all
from callcenter.adapters.asterisk.child import SwitchChild, SwitchDidNotStart
from tests.switch.rig import HOTLINE, PROJECT, Rig, free_tcp_ports, rig, until


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[Rig]:
    with rig(tmp_path) as running:
        yield running


def test_our_process_is_killed_and_the_switch_lives_on_and_is_adopted(switch: Rig, tmp_path: Path) -> None:
    """A switch started by a process that dies by kill -9 keeps its talks; the next process takes it over."""
    plan = replace(switch.plan, run_dir=tmp_path / "second", **ports())
    (tmp_path / "plan").write_bytes(pickle.dumps(plan))
    script = (
        "import os, pickle, sys, time; from callcenter.adapters.asterisk.child import SwitchChild, SwitchDidNotStart;"
        "SwitchChild(pickle.load(open(sys.argv[1], 'rb'))).start(); print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "plan")], stdout=subprocess.PIPE, cwd=PROJECT
    ) as ours:
        assert ours.stdout
        assert ours.stdout.readline() == b"up\n"
        os.kill(ours.pid, signal.SIGKILL)
    after = SwitchChild(plan)
    pid = after.pid
    try:
        assert pid is not None
        assert after.start() is True
        assert after.pid == pid
    finally:
        after.stop()
    assert after.pid is None


def ports() -> dict[str, int]:
    """Return fresh ports for one more switch."""
    return dict(zip(("sip_port", "http_port", "ami_port"), free_tcp_ports(3), strict=True))


def test_changed_files_are_read_by_the_living_switch_and_new_ports_restart_it(switch: Rig) -> None:
    pid = switch.child.pid
    assert switch.child.reload() is False
    more = SwitchChild(replace(switch.plan, hotlines=(HOTLINE, "96001")))
    assert more.start() is True
    until(lambda: "96001" in more.ask("dialplan show hotline"), "the new number")
    assert more.pid == pid
    moved = SwitchChild(replace(switch.plan, **ports()))
    assert moved.start() is False
    assert moved.pid not in (None, pid)
    moved.stop()
    assert switch.child.pid is None


@pytest.mark.parametrize("name", ["ami_port", "http_port", "sip_port"])
def test_a_taken_port_is_named_in_two_languages_and_nothing_is_left_running(
    switch: Rig, tmp_path: Path, name: str
) -> None:
    fresh = ports()
    taken = {"ami_port": switch.plan.ami_port, "http_port": switch.plan.http_port, "sip_port": switch.plan.sip_port}
    second = SwitchChild(replace(switch.plan, run_dir=tmp_path / "second", **{**fresh, name: taken[name]}))
    with pytest.raises(SwitchDidNotStart, match=f"127.0.0.1:{taken[name]}") as refused:
        second.start()
    assert "请在配置中换一个" in str(refused.value)
    assert second.pid is None
    assert switch.child.pid is not None


def test_the_doctor_finds_a_sound_switch_sound_and_names_what_is_wrong(switch: Rig) -> None:
    def ask(fields: Mapping[str, str]) -> Mapping[str, str]:
        return switch.ear.ask(dict(fields))

    found = check_all(switch.plan, ask, switch.child.pid)
    assert [check.name for check in found if not check.ok] == []
    switch.child.stop()
    (switch.plan.run_dir / "moh/waiting.wav").unlink()

    def gone(_: Mapping[str, str]) -> Mapping[str, str]:
        raise ConnectionRefusedError("refused")

    broken = {check.name: check for check in check_all(switch.plan, gone, switch.child.pid) if not check.ok}
    assert set(broken) == {"ami", "sounds", "sip", "websocket", "files"}
    assert all(check.zh and check.en and check.remedy for check in broken.values())


def test_the_switch_has_files_enough_and_listens_on_loopback_only(switch: Rig) -> None:
    limits = Path(f"/proc/{switch.child.pid}/limits").read_text(encoding="ascii")
    found = re.search(r"Max open files\s+(\d+)", limits)
    assert found
    assert int(found.group(1)) >= 4096
    inodes = {link.readlink().name for link in Path(f"/proc/{switch.child.pid}/fd").iterdir()}
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in inodes and fields[3] == "0A":
                listening.append(fields[1].partition(":")[0])
    assert listening
    assert set(listening) == {"0100007F"}
    messages = (switch.plan.log_dir / "messages.log").read_text(encoding="utf-8")
    assert "ERROR" not in messages
    assert "WARNING" not in messages
