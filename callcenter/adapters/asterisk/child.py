"""Runs one Asterisk: starts it in a session of its own, adopts a living one, stops exactly that process.

Knows processes and files; must not know calls. A killed parent leaves the switch, and its talks, running.
"""

import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from callcenter.adapters.asterisk.config import fingerprint, foundation, write
from callcenter.adapters.asterisk.plan import LOOPBACK, SwitchPlan

START_SECONDS = 20.0
STOP_SECONDS = 5.0


class SwitchDidNotStart(Exception):
    """Asterisk ended or stayed silent; the message holds its last words, zh and en."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """What a running switch is known by: a pid alone may have been given to another process since."""

    pid: int
    born: str
    fingerprint: str
    foundation: str


class SwitchChild:
    """One Asterisk process and its folder."""

    def __init__(self, plan: SwitchPlan) -> None:
        self.plan = plan
        self._mark_file = plan.run_dir / "switch.json"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Return the pid of the living switch of this folder, or None."""
        mark = self._living()
        return mark.pid if mark else None

    def start(self) -> bool:
        """Make the switch run as planned; return True when a living one was adopted, False when it was started.

        A living one keeps its talks: changed files are read by it. Only where that cannot be (other ports, other
        modules, other software) is it stopped and started. Returns once our AMI login works and all is loaded.

        Raises:
            SwitchDidNotStart: it ended, or did not answer within 20 s.
        """
        living = self._living()
        if living and living.foundation == foundation(self.plan):
            self.reload()
            self._wait_until_booted(living.pid)
            return True
        if living:
            self.stop()
        conf = write(self.plan)
        self._refuse_taken_ports()
        log = self.plan.run_dir / "console.log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603
                [*self.plan.software.argv, "-f", "-C", str(conf)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                cwd=self.plan.run_dir,
                start_new_session=True,
                umask=0o077,
            )
        pid = self._process.pid
        self._remember(_Mark(pid, _born(pid), fingerprint(self.plan), foundation(self.plan)))
        self._wait_until_booted(pid)
        return False

    def reload(self) -> bool:
        """Write the files again and let the living switch read them; return False when nothing had changed.

        Talks go on. A change of ports or modules needs stop and start.
        """
        living = self._living()
        wanted = fingerprint(self.plan)
        if living is None or living.fingerprint == wanted:
            return False
        write(self.plan)
        self.ask("core reload")
        self._remember(replace(living, fingerprint=wanted))
        return True

    def stop(self) -> None:
        """End the switch of this folder, and no other process: asked first, then SIGTERM, then SIGKILL."""
        living = self._living()
        if living is None:
            return
        self.ask("core stop now")
        for how in (signal.SIGTERM, signal.SIGKILL):
            if self._gone_within(living, STOP_SECONDS):
                break
            os.kill(living.pid, how)
        self._gone_within(living, STOP_SECONDS)
        self._mark_file.unlink(missing_ok=True)

    def ask(self, command: str) -> str:
        """Return what the switch's own console answers to one command, '' when it does not answer within 5 s."""
        try:
            return subprocess.run(  # noqa: S603
                [*self.plan.software.argv, "-C", str(self.plan.conf_file), "-rx", command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=STOP_SECONDS,
                check=False,
            ).stdout
        except subprocess.TimeoutExpired:
            return ""

    def _living(self) -> _Mark | None:
        if self._process is not None:
            self._process.poll()
        try:
            mark = _Mark(**json.loads(self._mark_file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return mark if mark.born and _born(mark.pid) == mark.born else None

    def _remember(self, mark: _Mark) -> None:
        fresh = self._mark_file.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(mark)), encoding="utf-8")
        fresh.rename(self._mark_file)

    def _wait_until_booted(self, pid: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not _born(pid) or (self._process is not None and self._process.poll() is not None):
                break
            if _booted(self.plan):
                return
            time.sleep(0.05)
        raise SwitchDidNotStart(
            f"Asterisk 没有启动。最后的输出：\n{self._last_words()}\n请检查端口是否被占用：callcenter doctor\n"
            "Asterisk did not start; its last words are above. Check whether its ports are taken: callcenter doctor"
        )

    def _refuse_taken_ports(self) -> None:
        """Without a port the switch would start all the same, deaf; a stranger on the AMI port would even answer."""
        plan = self.plan
        wanted = (
            (socket.SOCK_STREAM, LOOPBACK, plan.ami_port),
            (socket.SOCK_STREAM, LOOPBACK, plan.http_port),
            (socket.SOCK_DGRAM, plan.address, plan.sip_port),
        )
        for kind, address, port in wanted:
            with socket.socket(socket.AF_INET, kind) as probe:
                if kind == socket.SOCK_STREAM:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((address, port))
                except OSError as error:
                    raise SwitchDidNotStart(
                        f"交换机不能使用 {address}:{port}（{error.strerror}）：请在配置中换一个，或停止占用它的程序。\n"
                        f"The switch cannot use {address}:{port} ({error.strerror}): configure another one, "
                        "or stop the program that has it."
                    ) from error

    def _last_words(self) -> str:
        words = []
        for path in (self.plan.run_dir / "console.log", self.plan.log_dir / "messages.log"):
            if path.exists():
                words.extend(path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
        return "\n".join(words)

    def _gone_within(self, mark: _Mark, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process is not None and self._process.pid == mark.pid:
                self._process.poll()
            if _born(mark.pid) != mark.born:
                return True
            time.sleep(0.02)
        return False


def _born(pid: int) -> str:
    """Return the start time of a living process in clock ticks since boot, '' when it is gone or only a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in ("Z", "X") else fields[19]


def _booted(plan: SwitchPlan) -> bool:
    """Return True when our AMI user can log in and is told that the switch is fully booted."""
    login = f"Action: Login\r\nUsername: {plan.ami_user}\r\nSecret: {plan.ami_secret}\r\n\r\n"
    told = b""
    try:
        with socket.create_connection((LOOPBACK, plan.ami_port), timeout=1.0) as link:
            link.sendall(login.encode())
            while b"Event: FullyBooted" not in told:
                more = link.recv(4096)
                if not more or b"Response: Error" in told:
                    return False
                told += more
    except OSError:
        return False
    return True
