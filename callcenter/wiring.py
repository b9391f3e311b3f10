"""The roof: the only file that knows every concrete class. Builds one house from settings, starts and stops it."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from flask import Flask

from callcenter import pack as packs
from callcenter import secrets
from callcenter.adapters import flows
from callcenter.adapters.asterisk.agi.line import AgiLine
from callcenter.adapters.asterisk.agi.server import AgiServer
from callcenter.adapters.asterisk.ami.client import AmiClient
from callcenter.adapters.asterisk.ami.messages import AmiEvent
from callcenter.adapters.asterisk.books import CdrTail
from callcenter.adapters.asterisk.child import SwitchChild
from callcenter.adapters.asterisk.config.books import CDR_FILE
from callcenter.adapters.asterisk.install import Installed, existing, unpacked
from callcenter.adapters.asterisk.plan import LOOPBACK, PhonePlan, SwitchPlan
from callcenter.adapters.asterisk.switch import AsteriskSwitch
from callcenter.adapters.asterisk.translate import WANTED, Translator
from callcenter.adapters.clock.timers import SchedulerTimers
from callcenter.adapters.database import migrations
from callcenter.adapters.database.doors import WebPeople
from callcenter.adapters.database.engine import Database, open_database
from callcenter.adapters.database.journal import DatabaseJournal
from callcenter.adapters.database.people import People
from callcenter.adapters.database.records import DatabaseRecords
from callcenter.adapters.database.reports import Reports
from callcenter.adapters.speech.prompts import PromptStore
from callcenter.adapters.web import rest
from callcenter.adapters.web import wire as w
from callcenter.adapters.web.feed import Feed
from callcenter.adapters.web.house import House
from callcenter.adapters.web.sockets import Doorkeeper, Rooms
from callcenter.domain import events as e
from callcenter.domain.flow.checker import unknown_queues
from callcenter.domain.flow.steps import Flow, fixed_texts, recordings
from callcenter.domain.ids import AgentId
from callcenter.driver import Driver
from callcenter.pack import Code, Pack
from callcenter.service.engine import Engine
from callcenter.service.ivr import resume_of, serve_call
from callcenter.service.messages import PassedBy, TimerRang
from callcenter.settings import Settings, SettingsError

log = structlog.get_logger(__name__)

SETTLED_CDR_SECONDS = 30
RECONCILE_SECONDS = 60


class Blueprint:
    """What follows from the settings alone: pack, folders, secrets, the switch's plan. Starts nothing."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.zone = ZoneInfo(settings.time_zone)

    @cached_property
    def pack(self) -> Pack:
        """Return the organisation's pack."""
        return packs.load(self.settings.under_home(self.settings.packs) / self.settings.pack / "pack.yaml")

    @cached_property
    def secrets(self) -> secrets.Secrets:
        """Return the installation's own secrets."""
        return secrets.keep(self.settings.run_path / "secrets.json", [seat.extension for seat in self.pack.seats])

    @property
    def ami_secret(self) -> str:
        """Return the configured AMI secret, or the one made here."""
        return self.settings.switch.ami_secret or self.secrets.ami

    @property
    def ami_host(self) -> str:
        """Return where the AMI is: our own switch's always listens on loopback only."""
        return LOOPBACK if self.settings.switch.mode == "own" else self.settings.switch.host

    @property
    def flow_file(self) -> Path:
        """Return the file of the hotline's flow."""
        settings = self.settings
        return settings.under_home(settings.flows) / self.pack.id / f"{self.pack.flow}.yaml"

    @property
    def pages(self) -> Path:
        """Return the folder of the built desk."""
        return Path(str(files("callcenter"))) / "_desk"

    @property
    def cdr_file(self) -> Path:
        """Return the switch's CDR file."""
        return self.plan.log_dir / CDR_FILE

    @cached_property
    def software(self) -> Installed:
        """Return the Asterisk to run. Raises SettingsError when there is none yet."""
        found = unpacked(self.settings.under_work(self.settings.switch.root)) or existing()
        if found is None:
            raise SettingsError(
                "还没有 Asterisk，请运行：callcenter switch install / no Asterisk yet, run: callcenter switch install"
            )
        return found

    @cached_property
    def plan(self) -> SwitchPlan:
        """Return what our own switch is to be."""
        settings, switch = self.settings, self.settings.switch
        phones = tuple(
            PhonePlan(
                seat.extension,
                self.secrets.phones[seat.extension],
                "sip" if seat.sip_contact else "browser",
                seat.sip_contact,
            )
            for seat in self.pack.seats
        )
        return SwitchPlan(
            run_dir=settings.run_path / "asterisk",
            software=self.software,
            recordings=settings.recordings,
            prompts=settings.prompts,
            hotlines=(self.pack.hotline,),
            ami_secret=self.ami_secret,
            phones=phones,
            duty_phones=self.pack.duty_extensions,
            trunks=switch.trunk_hosts,
            address=switch.host,
            sip_port=switch.sip_port,
            http_port=switch.http_port,
            ami_port=switch.ami_port,
            rtp_first=switch.rtp_first,
            rtp_last=switch.rtp_last,
            ami_user=switch.ami_user,
            agi_host=settings.agi_host,
            agi_port=settings.agi_port,
            patience_tries=settings.patience_tries,
            time_zone=settings.time_zone,
        )

    @property
    def ws_url(self) -> str:
        """Return where browser phones register."""
        switch = self.settings.switch
        return switch.ws_url or f"ws://{self.ami_host}:{switch.http_port}/ws"

    def day_of(self, at: datetime) -> str:
        """Return the local day of a moment, `YYYY-MM-DD`."""
        return at.astimezone(self.zone).date().isoformat()


def now() -> datetime:
    """Return the present moment, aware."""
    return datetime.now(UTC)


class Installation:
    """One running house: switch, engine, sessions, clock and web in this process."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        settings = blueprint.settings
        if settings.switch.mode == "own":
            SwitchChild(blueprint.plan).start()
        migrations.upgrade(settings.database_url)
        self.database: Database = open_database(settings.database_url)
        self.journal = DatabaseJournal(self.database, settings.run_path / "journal.spool")
        self.records = DatabaseRecords(self.database)
        self.reports = Reports(self.database, blueprint.zone)
        own = settings.switch.mode == "own"
        self.cdr = CdrTail(blueprint.cdr_file, settings.run_path / "cdr.mark") if own else None
        self.people = WebPeople(People(self.database), now)
        self.rules = blueprint.pack.rules()
        self.flow: Flow = _flow(blueprint)
        sounds = settings.under_home(settings.packs) / blueprint.pack.id / "sounds"
        self.speech = PromptStore(settings.prompts, sounds=sounds, recordings=recordings(self.flow))
        self.engine = Engine(self.rules, blueprint.day_of)
        self.timers = SchedulerTimers(lambda name: self.driver.post(TimerRang(name)), settings.time_zone)
        self.ami = AmiClient(
            blueprint.ami_host,
            settings.switch.ami_port,
            settings.switch.ami_user,
            blueprint.ami_secret,
            wanted=WANTED,
            on_event=self._switch_event,
            on_up=self._switch_up,
            on_down=self._switch_down,
        )
        agents = {seat.extension: agent for agent, seat in self.rules.seats.items()}
        self.driver = Driver(self.engine, self.journal, AsteriskSwitch(self.ami, agents), self.timers, now)
        self.translator = Translator(agents.get, now)
        self.agi = AgiServer(settings.agi_host, settings.agi_port, self._serve)
        self.rooms = Rooms()
        self.feed = Feed(self.rules, self.records, self.rooms, now, tell=self.driver.post)
        self.house = self._house()
        self.doorkeeper = Doorkeeper(self.rooms, self.house)

    def start(self) -> Flask:
        """Begin everything, in the order in which the parts need each other, and return the web application."""
        app = rest.build(self.house)
        self.doorkeeper.attach(app)
        today = now().astimezone(self.blueprint.zone).date()
        self.driver.watch(self.feed)
        self.timers.begin()
        self.driver.start(row.event for row in self.reports.facts_of(today))
        self.feed.start(self.engine.floor)
        self.agi.start()
        self.ami.start()
        if self.cdr is not None:
            # what ended before we came and is not in the book now never will be by itself
            threading.Thread(target=self.reconcile, args=(now(),), name="reconcile", daemon=True).start()
            self.timers.every(RECONCILE_SECONDS, "reconcile", self.reconcile)
        threading.Thread(target=self._render_prompts, name="prompts", daemon=True).start()
        return app

    def stop(self) -> None:
        """End everything; the switch goes on with its talks unless it is ours to stop (see `stop_switch`)."""
        self.doorkeeper.stop()
        self.agi.stop()
        self.ami.stop()
        self.timers.end()
        self.driver.stop()
        self.feed.stop()
        self.journal.close()
        self.database.close()

    def reconcile(self, ended_before: datetime | None = None) -> int:
        """Enter calls that the switch billed and nobody of us saw; return how many. Later ones may still be told of."""
        settled = ended_before or now() - timedelta(seconds=SETTLED_CDR_SECONDS)
        missed = 0
        for call in self.cdr.settled(settled) if self.cdr else ():
            if self.reports.call(call.call) is None:
                missed += 1
                dialed = self.blueprint.pack.hotline
                self.driver.post(PassedBy(call.call, dialed, call.started_at, call.ended_at, bool(call.agents)))
        if missed:
            log.warning("calls_passed_by", count=missed)
        return missed

    # --- what the parts say to each other ---------------------------------------------------------

    def _serve(self, line: AgiLine) -> None:
        place = self.feed.place_of
        serve_call(line, self.flow, self.records, self.speech, self.driver.post, now, resume_of(line), place)

    def _switch_event(self, event: AmiEvent) -> None:
        fact = self.translator.fact(event)
        if fact is not None:
            self.driver.post(fact)

    def _switch_up(self) -> None:
        self.driver.read_back_soon()

    def _switch_down(self, why: str) -> None:
        self.driver.post(e.SwitchLost(now(), why))

    def _render_prompts(self) -> None:
        failures = self.speech.render_all(fixed_texts(self.flow))
        for failure in failures:
            log.error("prompt_not_rendered", prompt=failure)

    def _house(self) -> House:
        pack, settings = self.blueprint.pack, self.blueprint.settings
        return House(
            ask=self.driver.ask,
            post=self.driver.post,
            feed=self.feed,
            people=self.people,
            records=self.records,
            desk_rules=_desk_rules(pack),
            organisation=w.Text(zh=pack.organisation.zh, en=pack.organisation.en),
            hotline=pack.hotline,
            phone_of=self._phone_of,
            clock=now,
            pages=self.blueprint.pages,
            session_hours=settings.web.session_hours,
            logins_per_minute=settings.web.logins_per_minute,
            behind_proxy=settings.web.behind_proxy,
            origins=settings.web.origins,
            phone_origin=self.blueprint.ws_url.rpartition("/")[0],
            ready=self._parts,
        )

    def _parts(self) -> dict[str, bool]:
        """Return what is well; the web's health page says it."""
        return {"switch": self.ami.up, "database": not self.journal.last_error, "journal": not self.driver.unwritten}

    def _phone_of(self, agent: AgentId) -> w.PhoneAccount | None:
        seat = self.rules.seats.get(agent)
        if seat is None:
            return None
        return w.PhoneAccount(
            extension=seat.extension,
            password=self.blueprint.secrets.phones[seat.extension],
            realm=self.blueprint.settings.switch.host,
            ws_url=self.blueprint.ws_url,
        )


def _flow(blueprint: Blueprint) -> Flow:
    """Return the hotline's flow. Raises FlowError, also when it queues callers where the pack has no queue."""
    flow = flows.load(blueprint.flow_file)
    if findings := unknown_queues(flow, blueprint.pack.rules().queues):
        raise flows.FlowError(findings)
    return flow


def make(blueprint: Blueprint) -> tuple[Callable[[], Flask], Callable[[], None]]:
    """Return what builds and starts a house, and what ends it; the server calls both in its worker."""
    built: list[Installation] = []

    def start() -> Flask:
        installation = Installation(blueprint)
        built.append(installation)
        return installation.start()

    def stop() -> None:
        while built:
            built.pop().stop()

    return start, stop


def _desk_rules(pack: Pack) -> w.DeskRules:
    return w.DeskRules(
        busy_reasons=[_choice(code) for code in pack.busy_reasons],
        break_reasons=[_choice(code) for code in pack.break_reasons],
        wrap_up_codes=[_choice(code) for code in pack.wrap_up_codes],
        queues=[
            w.QueueRules(
                id=queue.id,
                name=w.Text(zh=queue.name.zh, en=queue.name.en),
                ring_seconds=queue.ring_seconds,
                wrap_up_seconds=queue.wrap_up_seconds,
            )
            for queue in pack.queues
        ],
    )


def _choice(code: Code) -> w.Choice:
    label = w.Text(zh=code.label.zh, en=code.label.en)
    return w.Choice(code=code.code, label=label, children=[_choice(child) for child in code.children])
