"""A whole house for a story: own folder, free ports, the real server process, SIPp phones and callers, an AMI ear."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from socket import create_connection
from zoneinfo import ZoneInfo

import requests
from sqlalchemy import select

from callcenter.adapters.asterisk.books import SwitchCall, read_calls
from callcenter.adapters.asterisk.child import SwitchChild
from callcenter.adapters.asterisk.install import install
from callcenter.adapters.database.engine import Database, open_database
from callcenter.adapters.database.reports import CallLine, CallStory, Reports
from callcenter.adapters.database.tables import JOURNAL
from callcenter.demo import organisation
from callcenter.demo.callers import Caller, Callers, LiveCall
from callcenter.demo.organisation import LogIn
from callcenter.demo.phones import Manner, Phones
from callcenter.demo.sipp import free_port
from callcenter.domain.events import Event, event_from, kind_of
from callcenter.domain.ids import CallId
from callcenter.settings import Settings, load
from callcenter.wiring import Blueprint
from tests.switch.link import Link
from tests.switch.people import Agent, Lead
from tests.switch.rig import LOOPBACK, PROJECT, Block, Ear, free_tcp_ports, until

PACK = "P02"
RING_SECONDS = 6
CUSTOMERS = 60
BOOT_SECONDS = 60.0
TO_SERVICE = ("wait 1.2", "3")
"""A caller who asks for the service queue."""

SIP_SEATS: Mapping[str, Manner] = {
    "8101": Manner("answers", 0.5),
    "8102": Manner("never"),
    "8103": Manner("answers", 0.5),
    "8104": Manner("answers", 0.5),
}
"""8102 never answers its phone; 8104 is the duty phone too."""


@dataclass
class House:
    """A running house. Its switch outlives the server process, as in real life, and ends with the story."""

    folder: Path
    settings: Settings
    blueprint: Blueprint
    switch: SwitchChild
    callers: Callers
    phones: Mapping[str, Phones]
    database: Database
    server: "subprocess.Popen[bytes] | None" = None
    ear: Ear | None = None

    @property
    def web(self) -> str:
        """Return the address of the desks."""
        return f"http://{self.settings.web.host}:{self.settings.web.port}"

    @property
    def reports(self) -> Reports:
        """Return what answers questions about the book."""
        return Reports(self.database, ZoneInfo(self.settings.time_zone))

    # --- the server process ------------------------------------------------------------------------

    def serve(self) -> float:
        """Start the server; return the seconds until it is whole."""
        began = time.monotonic()
        command = [sys.executable, "-m", "callcenter", "serve", "--settings", str(self.folder / "settings.toml")]
        environ = {**os.environ, "CALLCENTER_HOME": str(PROJECT)}
        with (self.folder / "server.log").open("ab") as out:
            self.server = subprocess.Popen(
                command, stdout=out, stderr=out, cwd=PROJECT, env=environ, start_new_session=True
            )
        self.until_whole()
        return time.monotonic() - began

    def until_whole(self) -> None:
        """Wait until the server says that switch and database are there."""
        until(self._whole, f"the server is up\n{self.words()}", BOOT_SECONDS)

    def _whole(self) -> bool:
        assert self.server is not None
        assert self.server.poll() is None, self.words()
        with suppress(requests.RequestException):
            return requests.get(f"{self.web}/healthz", timeout=2).ok
        return False

    def words(self) -> str:
        """Return the last words of the server's log."""
        log = self.folder / "server.log"
        return log.read_text("utf-8", errors="replace")[-3000:] if log.exists() else ""

    def worker(self) -> int:
        """Return the pid of the server's worker, which holds the engine."""
        assert self.server is not None
        pid = self.server.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        (only,) = [int(child) for child in listed]
        return only

    def kill_worker(self) -> int:
        """Kill the worker with kill -9; its parent starts another. Return the pid that died."""
        pid = self.worker()
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_server(self) -> None:
        """Kill the whole server with kill -9: the parent, the worker and what they run; not the switch."""
        if self.server is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()
            self.server = None

    def stop_server(self) -> None:
        """End the server as a person does."""
        if self.server is None:
            return
        self.server.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.server.wait(15)
        self.kill_server()

    def listen(self) -> Ear:
        """Open an AMI link of the test's own, straight to the switch."""
        self.ear = Ear(create_connection((LOOPBACK, self.switch.plan.ami_port)))
        threading.Thread(target=self.ear.listen, daemon=True).start()
        self.ear.ask({"Action": "Login", "Username": self.switch.plan.ami_user, "Secret": self.switch.plan.ami_secret})
        return self.ear

    # --- people ------------------------------------------------------------------------------------

    def agent(self, login: str) -> Agent:
        """Return an agent, to be used in a with block."""
        return Agent(self.web, login)

    def lead(self) -> Lead:
        """Return a supervisor, to be used in a with block."""
        return Lead(self.web)

    def dial(self, number: str, program: Sequence[str] = TO_SERVICE, stay: float = 60, tone_hz: int = 0) -> LiveCall:
        """Let one caller call."""
        call = self.callers.start(Caller(number, "", tuple(program), stay, tone_hz))
        assert call is not None
        return call

    def hang_up(self, call: LiveCall, call_id: str) -> None:
        """Let the caller's own leg end now, as if the caller had put the phone down."""
        assert self.ear is not None
        self.ear.ask({"Action": "Hangup", "Channel": self.channel(call_id), "Cause": "16"})
        call.result(10)

    # --- facts -------------------------------------------------------------------------------------

    def call_of(self, number: str) -> str:
        """Return the id of the call from `number`, as the switch announces it."""
        assert self.ear is not None
        return self.ear.event("CCArrived", 15, Number=number)["Call"]

    def channel(self, call: str) -> str:
        """Return the caller's channel."""
        assert self.ear is not None
        return self.ear.event("CCArrived", Call=call)["Channel"]

    def channels(self) -> list[Block]:
        """Return the live channels as the switch lists them."""
        assert self.ear is not None
        before = len(self.ear.blocks)
        self.ear.ask({"Action": "CoreShowChannels"})
        done = "CoreShowChannelsComplete"
        until(lambda: [b for b in self.ear.blocks[before:] if b.get("Event") == done], "the list")  # type: ignore[union-attr]
        return [b for b in self.ear.blocks[before:] if b.get("Event") == "CoreShowChannel"]

    def facts(self, call: str = "", kind: str = "") -> list[Event]:
        """Return the journal's facts so far, of one call and one kind when given, in order."""
        with self.database.reading() as connection:
            rows = connection.execute(select(JOURNAL).order_by(JOURNAL.c.seq)).all()
        facts = (event_from(row.kind, row.at, row.body) for row in rows)
        return [
            fact
            for fact in facts
            if (not call or getattr(fact, "call", "") == call) and (not kind or kind_of(fact) == kind)
        ]

    def seqs(self) -> list[int]:
        """Return the numbers of the journal's rows, in order."""
        with self.database.reading() as connection:
            return list(connection.scalars(select(JOURNAL.c.seq).order_by(JOURNAL.c.seq)))

    def fact(self, kind: str, call: str = "", seconds: float = 15, **match: object) -> Event:
        """Return the first fact of a kind, waiting for it."""

        def found() -> list[Event]:
            facts = self.facts(call, kind)
            return [f for f in facts if all(getattr(f, name) == value for name, value in match.items())]

        try:
            return until(found, f"fact {kind}", seconds)[0]
        except AssertionError as late:
            raise AssertionError(f"{late} {match} of {call}; came {self.kinds(call)}") from None

    def kinds(self, call: str = "") -> list[str]:
        """Return the kinds of the facts so far, in order."""
        return [kind_of(fact) for fact in self.facts(call)]

    def story(self, call: str) -> CallStory:
        """Return what the book holds of a call."""
        story = self.reports.call(CallId(call))
        assert story is not None, f"{call} is not in the book"
        return story

    def ended(self, call: str, seconds: float = 15) -> CallStory:
        """Return what the book holds of a call once it is closed and everything told so far is in the database."""
        self.fact("call_ended", call, seconds)
        until(self._carried_in, "the spool is empty", seconds)
        return until(lambda: self.story(call) if self.story(call).call.outcome else None, f"{call} is closed", seconds)

    def _carried_in(self) -> bool:
        spool = self.folder / "journal.spool"
        return not spool.exists() or spool.stat().st_size == 0

    def calls(self) -> Sequence[CallLine]:
        """Return every call in the book."""
        return self.reports.calls_between(datetime.fromtimestamp(0, UTC), datetime.now(UTC), limit=10_000)

    def billed(self) -> dict[str, SwitchCall]:
        """Return every call in the switch's own book."""
        return {call.call: call for call in read_calls(self.blueprint.cdr_file)}

    def quiet(self) -> None:
        """End every call, sign everybody out, and wait until the switch and the book are empty of live calls."""
        self.callers.drop_all()
        assert self.ear is not None
        for block in self.channels():
            self.ear.ask({"Action": "Hangup", "Channel": block["Channel"]})
        until(lambda: not self.channels(), "no channel left", 15)
        until(lambda: all(call.outcome for call in self.calls()), "no call open in the book", 15)
        with self.lead() as lead:
            for agent in lead.screen["agents"]:
                left = self.agent(agent)
                until(lambda left=left: left.wish("/api/agent/sign-out").ok, f"{agent} signs out", 20)

    def books_agree(self) -> None:
        """Check that both books hold the same calls, and the same ones as answered by an agent (or a duty phone)."""

        def differences() -> list[str]:
            ours, theirs = {line.id: line for line in self.calls()}, self.billed()
            found = [f"{call}: only in one book" for call in set(ours) ^ set(theirs)]
            for call in set(ours) & set(theirs):
                outcome, spoke = ours[CallId(call)].outcome, theirs[call].agents
                if outcome != "degraded" and (outcome == "answered") != bool(spoke):
                    found.append(f"{call}: {outcome} here, {spoke} there")
            return found

        try:
            until(lambda: not differences(), "the books agree", 5)
        except AssertionError:
            raise AssertionError(f"the books differ: {differences()}") from None


@contextmanager
def house(
    folder: Path,
    *,
    manners: Mapping[str, Manner] = SIP_SEATS,
    patience_tries: int = 30,
    ring_seconds: int = RING_SECONDS,
    customers: int = CUSTOMERS,
    link: Link | None = None,
    prompts: Path | None = None,
) -> Iterator[House]:
    """Run a house; everything ends with the block, each process by its own pid.

    With `link` the server takes the switch for somebody else's and reaches it through that link.
    """
    install(PROJECT / ".asterisk", print)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        phones = {}
        for extension, manner in manners.items():
            phones[extension] = Phones(folder / "sipp" / extension, (extension,), manner)
            phones[extension].start()
            stack.callback(phones[extension].stop)
        web, agi, ami, http = free_tcp_ports(4)
        ports = {"web": web, "agi": agi, "ami": ami, "http": http, "sip": free_port(LOOPBACK)}
        contacts = {extension: phone.contact(extension) for extension, phone in phones.items()}
        organisation.prepare(PROJECT, PACK, folder, contacts, ports)
        settings = _adjust(folder, patience_tries, ring_seconds)
        blueprint = Blueprint(settings)
        switch = SwitchChild(blueprint.plan)
        stack.callback(switch.stop)
        if prompts is not None:
            prompts.mkdir(parents=True, exist_ok=True)
            settings.prompts.symlink_to(prompts)
        names = {seat.agent: seat.name for seat in blueprint.pack.seats}
        agents = [LogIn(seat, name, "agent", seat) for seat, name in names.items()]
        organisation.fill(settings, (*agents, LogIn("monitor", "周班长", "supervisor")), customers)
        if link is not None:
            switch.start()
            link.target = ami
            text = (folder / "settings.toml").read_text("utf-8")
            text = text.replace(f"ami_port = {ami}\n", f'ami_port = {link.port}\nmode = "existing"\n')
            (folder / "settings.toml").write_text(text, "utf-8")
        callers = Callers(folder / "sipp", ports["sip"], blueprint.pack.hotline)
        stack.callback(callers.drop_all)
        database = open_database(settings.database_url)
        stack.callback(database.close)
        running = House(folder, settings, blueprint, switch, callers, phones, database)
        stack.callback(running.stop_server)
        running.serve()
        stack.callback(running.listen().link.close)
        yield running


def _adjust(folder: Path, patience_tries: int, ring_seconds: int) -> Settings:
    """Write shorter times into the sample organisation and return its settings."""
    pack = folder / "packs" / PACK / "pack.yaml"
    text = pack.read_text("utf-8").replace("ring_seconds: 15", "ring_seconds: 20")
    pack.write_text(text.replace("ring_seconds: 20", f"ring_seconds: {ring_seconds}"), "utf-8")
    file = folder / "settings.toml"
    top = f'work = "{PROJECT}"\npatience_tries = {patience_tries}\n'
    file.write_text(top + file.read_text("utf-8"), "utf-8")
    return load(PROJECT, file, {})
