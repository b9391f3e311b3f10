"""`./run` asks for what it lacks in two languages, sets up once, and never needs more than a POSIX shell."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tracked import ROOT

SCRIPTS = ("run", ".ci/run")
TOOLS = (
    "sh",
    "cat",
    "cut",
    "dirname",
    "env",
    "find",
    "flock",
    "grep",
    "ls",
    "mkdir",
    "rm",
    "sha256sum",
    "sort",
    "test",
)
PASSES = "#!/bin/sh\nexit 0\n"


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


class Machine:
    """A folder with a copy of `run`, and a PATH on which only the named programs exist."""

    def __init__(self, folder: Path) -> None:
        self.home, self.bin, self.calls = folder / "house", folder / "bin", folder / "calls"
        self.bin.mkdir()
        self.home.mkdir()
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool) or tool)
        for name in ("run", "requirements.lock", "requirements-dev.lock", "pyproject.toml", "hatch_build.py"):
            shutil.copy(ROOT / name, self.home / name)
        self.calls.touch()

    def with_environment(self) -> None:
        """Give it a virtual environment whose programs only write down how they were called."""
        for name in ("python", "pip", "callcenter"):
            path = self.home / ".venv/bin" / name
            write_program(path, f'#!/bin/sh\n# {self.home}/.venv/bin/\necho "{name} $*" >>"{self.calls}"\n')

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        self.calls.write_text("", encoding="utf-8")
        return subprocess.run(
            [self.home / "run", *words],
            env={"PATH": str(self.bin), "HOME": str(self.home)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    def called(self) -> list[str]:
        return [line for line in self.calls.read_text(encoding="utf-8").splitlines() if line != "python -c "]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_executable_and_plain_posix_shell(script: str) -> None:
    path = ROOT / script
    assert path.read_text("utf-8").startswith("#!/bin/sh\n")
    assert os.access(path, os.X_OK)
    for shell in filter(None, (shutil.which("dash"), shutil.which("sh"))):
        told = subprocess.run([shell, "-n", path], capture_output=True, text=True, check=False)
        assert (told.returncode, told.stderr) == (0, "")


def test_without_a_word_it_names_its_words_and_refuses(machine: Machine) -> None:
    told = machine.run()
    assert told.returncode == 2
    for word in ("demo", "check", "test", "bench NAME", "setup", "示范", "测量"):
        assert word in told.stderr


def test_without_python_it_says_in_two_languages_what_to_type(machine: Machine) -> None:
    told = machine.run("flow", "check")
    assert told.returncode == 3
    assert "需要 Python 3.11" in told.stderr
    assert "Python 3.11 or newer is needed" in told.stderr
    assert "apt-get install -y python3 python3-venv" in told.stderr


def test_an_old_python_is_not_taken(machine: Machine) -> None:
    write_program(machine.bin / "python3", "#!/bin/sh\nexit 1\n")
    assert machine.run("check").returncode == 3


def test_a_person_without_rights_is_told_the_exact_command(machine: Machine) -> None:
    machine.with_environment()
    write_program(machine.bin / "id", "#!/bin/sh\necho 1000\n")
    write_program(machine.bin / "apt-get", PASSES)
    told = machine.run("demo")
    assert told.returncode == 3
    assert "没有权限" in told.stderr
    assert "apt-get install -y --no-install-recommends" in told.stderr
    assert "espeak-ng sip-tester" in told.stderr
    assert "chromium" not in told.stderr, "the demo needs no browser"
    assert machine.called() == []


def test_packages_are_named_before_they_are_installed_and_only_the_missing_ones(machine: Machine) -> None:
    machine.with_environment()
    write_program(machine.bin / "id", "#!/bin/sh\necho 0\n")
    write_program(machine.bin / "sipp", PASSES)
    write_program(machine.bin / "apt-get", f'#!/bin/sh\necho "apt-get $*" >>"{machine.calls}"\necho from apt-get\n')
    told = machine.run("demo")
    assert machine.called()[1].startswith("apt-get install -y -q --no-install-recommends")
    assert "espeak-ng" in machine.called()[1]
    assert "sip-tester" not in machine.called()[1]
    assert 0 <= told.stderr.index("Debian packages needed: ") < told.stderr.index("from apt-get")


def test_the_second_start_sets_nothing_up(machine: Machine) -> None:
    machine.with_environment()
    assert machine.run("flow", "check").returncode == 0
    first = machine.called()
    assert "--require-hashes -r requirements.lock" in first[0]
    assert "--no-deps --no-build-isolation -e ." in first[1]
    assert first[2:] == ["callcenter flow check"]
    assert machine.run("flow", "check").returncode == 0
    assert machine.called() == ["callcenter flow check"]


def test_a_changed_lock_or_a_moved_folder_is_set_up_again(machine: Machine) -> None:
    machine.with_environment()
    machine.run("doctor")
    with (machine.home / "requirements.lock").open("a") as lock:
        lock.write("\n")
    machine.run("doctor")
    assert [line.split()[0] for line in machine.called()] == ["python", "callcenter"]
    machine.home = machine.home.rename(machine.home.with_name("moved"))
    machine.with_environment()
    machine.run("doctor")
    assert [line.split()[0] for line in machine.called()] == ["python", "python", "callcenter"]


def test_a_broken_set_up_is_not_remembered(machine: Machine) -> None:
    machine.with_environment()
    fails = '#!/bin/sh\n[ "$1" = -c ] || exit 1\n'
    write_program(machine.home / ".venv/bin/python", fails)
    assert machine.run("doctor").returncode == 1
    machine.with_environment()
    assert machine.run("doctor").returncode == 0
    assert "--require-hashes" in machine.called()[0]
