"""A private switch for one test: own ports and folder, a scripted session server, an ear on the AMI, SIPp people."""

import itertools
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from callcenter.adapters.asterisk.child import SwitchChild
from callcenter.adapters.asterisk.install import install
from callcenter.adapters.asterisk.plan import LOOPBACK, PhonePlan, SwitchPlan
from callcenter.demo.callers import NETWORKS, Caller, Callers, LiveCall
from callcenter.demo.phones import Manner, Phones

PROJECT = Path(__file__).resolve().parents[2]
HOTLINE = "96000"
Block = dict[str, str]
T = TypeVar("T")
_RTP_PORTS = 500
_rtp_first = itertools.count(30000 + (time.time_ns() // 1000 % 40) * _RTP_PORTS, _RTP_PORTS)


def until(fact: Callable[[], T | None], what: str, seconds: float = 10.0) -> T:
    """Return the fact as soon as it is true; fail with `what` when it does not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = fact()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {what}")


def figure(text: str) -> None:
    """Show a measured figure in pytest's output (-s)."""
    sys.stdout.write(text + "\n")


def free_tcp_ports(count: int) -> list[int]:
    """Return ports that are free on loopback."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


class Session:
    """One FastAGI session as the switch opened it; `ask` sends a command and returns the answer line."""

    def __init__(self, link: socket.socket) -> None:
        self.link = link
        self._lines = link.makefile("r", encoding="utf-8", newline="\n")
        self.env: Block = {}
        while line := self._lines.readline().strip():
            name, _, value = line.partition(": ")
            self.env[name] = value

    @property
    def call(self) -> str:
        """Return the caller's Uniqueid."""
        return self.env["agi_uniqueid"]

    def ask(self, command: str) -> str:
        """Return the switch's answer, '' when the session is over."""
        try:
            self.link.sendall(command.encode() + b"\n")
            return self._lines.readline().strip()
        except OSError:
            return ""

    def end(self) -> None:
        """Close the session, as a process does that ends."""
        with suppress(OSError):
            self.link.shutdown(socket.SHUT_RDWR)


class Sessions:
    """A FastAGI server that runs one script for every session and keeps the sessions."""

    def __init__(self, port: int, script: Callable[[Session], None]) -> None:
        self._script = script
        self.seen: list[Session] = []
        self._listener = socket.create_server((LOOPBACK, port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(link,), daemon=True).start()

    def _serve(self, link: socket.socket) -> None:
        session = Session(link)
        self.seen.append(session)
        self._script(session)

    def die(self) -> None:
        """Go as a killed process goes: the port is closed and every session is cut."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for session in self.seen:
            session.end()


def waiting(session: Session) -> None:
    """Serve a caller who waits: music and silence until the call leaves."""
    session.ask("SET MUSIC ON default")
    while session.ask("WAIT FOR DIGIT 1000").startswith("200 result=0"):
        pass


@dataclass
class Ear:
    """One AMI link: every block that the switch sends, and answers to actions."""

    link: socket.socket
    blocks: list[Block] = field(default_factory=list)
    _asked: Iterator[int] = field(default_factory=itertools.count)

    def listen(self) -> None:
        """Read blocks until the link closes."""
        rest = b""
        while not rest.endswith(b"\r\n"):
            rest += self.link.recv(1)
        rest = b""
        while True:
            try:
                more = self.link.recv(65536)
            except OSError:
                return
            if not more:
                return
            *whole, rest = (rest + more).split(b"\r\n\r\n")
            for text in whole:
                pairs = (line.partition(b": ") for line in text.split(b"\r\n"))
                self.blocks.append({k.decode(): v.decode(errors="replace") for k, _, v in pairs})

    def ask(self, fields: Block) -> Block:
        """Send one action and return its answer."""
        number = f"rig-{next(self._asked)}"
        lines = "".join(f"{name}: {value}\r\n" for name, value in {**fields, "ActionID": number}.items())
        self.link.sendall(lines.encode() + b"\r\n")
        return until(
            lambda: next((b for b in self.blocks if b.get("ActionID") == number and "Response" in b), None),
            f"answer to {fields['Action']}",
        )

    def events(self, name: str, **match: str) -> list[Block]:
        """Return the events `name` so far; a UserEvent goes by its own name."""
        return [
            block
            for block in list(self.blocks)
            if name in (block.get("Event"), block.get("UserEvent"))
            and all(block.get(key) == value for key, value in match.items())
        ]

    def event(self, name: str, seconds: float = 10.0, **match: str) -> Block:
        """Return the first event `name`, waiting for it."""
        return until(lambda: self.events(name, **match), f"event {name} {match}", seconds)[0]


@dataclass
class Rig:
    """A running private switch and everything around it."""

    plan: SwitchPlan
    child: SwitchChild
    ear: Ear
    callers: Callers
    phones: dict[str, Phones]
    folder: Path

    def dial(self, caller: Caller) -> LiveCall:
        """Let one caller call."""
        call = self.callers.start(caller)
        assert call is not None
        return call

    def sessions(self, script: Callable[[Session], None] = waiting) -> Sessions:
        """Start the session server."""
        return Sessions(self.plan.agi_port, script)

    def channels(self) -> list[Block]:
        """Return the live channels as the switch lists them."""
        before = len(self.ear.blocks)
        self.ear.ask({"Action": "CoreShowChannels"})
        until(
            lambda: [b for b in self.ear.blocks[before:] if b.get("Event") == "CoreShowChannelsComplete"],
            "end of the list",
        )
        return [b for b in self.ear.blocks[before:] if b.get("Event") == "CoreShowChannel"]

    def connect(self, session: Session, extension: str, ring_seconds: int = 10) -> None:
        """Move a waiting caller to an agent."""
        answer = self.ear.ask(
            {
                "Action": "Redirect",
                "Channel": session.env["agi_channel"],
                "Context": "connect",
                "Exten": f"{extension}*{ring_seconds}*1",
                "Priority": "1",
            }
        )
        assert answer["Response"] == "Success", answer


@contextmanager
def rig(
    folder: Path,
    manners: dict[str, Manner] | None = None,
    duty: Sequence[str] = (),
    patience_tries: int = 3,
) -> Iterator[Rig]:
    """Start a private switch with SIP phones of the given manners; everything ends with the block, by its own pid."""
    sip_port, http_port, ami_port, agi_port = free_tcp_ports(4)
    rtp_first = next(_rtp_first)
    with ExitStack() as stack:
        phones: dict[str, Phones] = {}
        for extension, manner in (manners or {}).items():
            phones[extension] = Phones(folder / "phones", (extension,), manner)
            phones[extension].start()
            stack.callback(phones[extension].stop)
        plan = SwitchPlan(
            run_dir=folder / "switch",
            software=install(PROJECT / ".asterisk", print),
            recordings=folder / "recordings",
            prompts=folder / "prompts",
            hotlines=(HOTLINE,),
            ami_secret="a-test-secret",
            phones=(
                *(PhonePlan(e, f"pw-{e}", "sip", p.contact(e)) for e, p in phones.items()),
                PhonePlan("8999", "pw-8999"),
            ),
            duty_phones=tuple(duty),
            trunks=NETWORKS,
            sip_port=sip_port,
            http_port=http_port,
            ami_port=ami_port,
            agi_port=agi_port,
            rtp_first=rtp_first,
            rtp_last=rtp_first + _RTP_PORTS - 1,
            patience_tries=patience_tries,
        )
        child = SwitchChild(plan)
        child.start()
        stack.callback(child.stop)
        ear = Ear(socket.create_connection((LOOPBACK, ami_port)))
        stack.callback(ear.link.close)
        threading.Thread(target=ear.listen, daemon=True).start()
        ear.ask({"Action": "Login", "Username": plan.ami_user, "Secret": plan.ami_secret})
        callers = Callers(folder / "callers", sip_port, HOTLINE)
        stack.callback(callers.drop_all)
        yield Rig(plan, child, ear, callers, phones, folder)
