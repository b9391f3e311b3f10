"""A sample organisation in a folder of its own: settings, pack with simulated phones, customers, log-ins."""

import shutil
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from callcenter.adapters.database import migrations
from callcenter.adapters.database.engine import open_database
from callcenter.adapters.database.organisation import seed_customers
from callcenter.adapters.database.people import People, hash_password
from callcenter.domain.ids import AgentId
from callcenter.settings import Settings, load
from callcenter.wiring import now

CUSTOMERS = 2000
PEOPLE_SEATS = ("8001", "8002")
"""Seats for people with a browser; every other seat of the pack is simulated."""

PORTS = {"web": 8010, "agi": 4573, "ami": 5038, "sip": 5060, "http": 8088}


@dataclass(frozen=True, slots=True)
class LogIn:
    """Who may log in to the demonstration. The password is no secret: the whole house stays on loopback."""

    login: str
    name: str
    role: str
    agent: str | None = None

    @property
    def password(self) -> str:
        """Return the password that is printed at the start."""
        return f"demo-{self.login}"


def free_ports(wanted: Mapping[str, int]) -> dict[str, int]:
    """Return the usual port for each name, or a free one where that is taken."""
    return {name: port if _is_free(port) else _any_port() for name, port in wanted.items()}


def clear(folder: Path) -> None:
    """Empty the folder of an earlier demonstration; only its rendered prompts are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.is_dir() and old.name != "prompts":
            shutil.rmtree(old)
        elif not old.is_dir():
            old.unlink()


def prepare(home: Path, pack: str, folder: Path, contacts: Mapping[str, str], ports: Mapping[str, int]) -> Settings:
    """Write the sample organisation into `folder` and return its settings."""
    _write_pack(home / "config" / "packs" / pack, folder / "packs" / pack, contacts)
    first = _rtp_block()
    (folder / "settings.toml").write_text(
        f'pack = "{pack}"\npacks = "{folder / "packs"}"\nrun_dir = "{folder}"\nagi_port = {ports["agi"]}\n'
        f"[web]\nport = {ports['web']}\nlogins_per_minute = 600\n"
        f"[switch]\nami_port = {ports['ami']}\nsip_port = {ports['sip']}\nhttp_port = {ports['http']}\n"
        f"rtp_first = {first}\nrtp_last = {first + 1999}\n"
        'trunk_hosts = ["127.0.1.0/24", "127.0.2.0/24"]\n',
        "utf-8",
    )
    return load(home, folder / "settings.toml", {})


def fill(settings: Settings, people: Sequence[LogIn], customers: int = CUSTOMERS) -> None:
    """Create the database with invented customers and the log-ins."""
    migrations.upgrade(settings.database_url)
    database = open_database(settings.database_url)
    seed_customers(database, customers)
    folk = People(database)
    for person in people:
        agent = AgentId(person.agent) if person.agent else None
        folk.create_user(person.login, hash_password(person.password), person.name, person.role, now(), agent=agent)  # type: ignore[arg-type]
    database.close()


def _write_pack(source: Path, target: Path, contacts: Mapping[str, str]) -> None:
    target.mkdir(parents=True)
    yaml = YAML()
    tree = yaml.load((source / "pack.yaml").read_text("utf-8"))
    for seat in tree["seats"]:
        if seat["extension"] in contacts:
            seat["sip_contact"] = contacts[seat["extension"]]
    with (target / "pack.yaml").open("w", encoding="utf-8") as out:
        yaml.dump(tree, out)
    if (source / "sounds").is_dir():
        shutil.copytree(source / "sounds", target / "sounds")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _rtp_block() -> int:
    """Return the first of 2000 even ports below the range that the system hands out by itself."""
    return next(first for first in range(12000, 30000, 2000) if _is_free(first) and _is_free(first + 1998))
