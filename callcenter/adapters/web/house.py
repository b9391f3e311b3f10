"""What the web room is given by the wiring: doors to the core, never its rooms."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from callcenter.adapters.web import wire as w
from callcenter.adapters.web.feed import Feed
from callcenter.domain.commands import Command
from callcenter.domain.ids import AgentId
from callcenter.service.messages import DeskClosed, DeskOpened
from callcenter.service.ports import People, Records


@dataclass(frozen=True, slots=True)
class House:
    """`ask` waits until a command is in the journal and raises Refused; `post` only hands over."""

    ask: Callable[[Command], None]
    post: Callable[[DeskOpened | DeskClosed], None]
    feed: Feed
    people: People
    records: Records
    desk_rules: w.DeskRules
    organisation: w.Text
    hotline: str
    phone_of: Callable[[AgentId], w.PhoneAccount | None]
    clock: Callable[[], datetime]
    pages: Path
    session_hours: int
    logins_per_minute: int
    behind_proxy: bool
    origins: tuple[str, ...]
    phone_origin: str
    ready: Callable[[], dict[str, bool]]
