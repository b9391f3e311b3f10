"""What the desk shows of a person: phones, assets, past calls. Read-only values, never ORM rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from callcenter.domain.ids import AgentId, CallId, CustomerId


@dataclass(frozen=True, slots=True)
class Phone:
    """`number` is E.164 (`+8613800138000`); `label` is the pack's word (`本人`, `家属`)."""

    number: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Asset:
    """A car, a meter, a contract: `kind` names the pack's asset type, `attributes` its typed fields in order."""

    kind: str
    label: str
    attributes: Mapping[str, str | int | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastCall:
    """One line of a customer's history."""

    call: CallId
    at: datetime
    outcome: str
    agent: AgentId | None
    talk_seconds: int
    code: str
    note: str


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the desk and the flows see one. `due_fen` is what is owed now, in fen; None when unknown."""

    id: CustomerId
    name: str
    account: str
    tier: str = ""
    address: str = ""
    flags: tuple[str, ...] = ()
    note: str = ""
    due_fen: int | None = None
    due_on: str = ""
    phones: tuple[Phone, ...] = ()
    assets: tuple[Asset, ...] = ()
    attributes: Mapping[str, str | int | bool | None] = field(default_factory=dict)
