"""Wishes of people, in the imperative; the engine answers with facts or with a `Refused`."""

from dataclasses import dataclass

from callcenter.domain.events import PhoneKind
from callcenter.domain.ids import AgentId, CallId, CustomerId


@dataclass(frozen=True, slots=True)
class Command:
    """`agent` is the agent whom the command is about; `actor` the login that asked for it."""

    agent: AgentId
    actor: str


@dataclass(frozen=True, slots=True)
class SignIn(Command):
    """签入. `page` names the load of the desk page; empty for a desk-less phone."""

    phone: PhoneKind
    page: str = ""


@dataclass(frozen=True, slots=True)
class SignOut(Command):
    """签出; refused while a call is ringing or connected."""


@dataclass(frozen=True, slots=True)
class BeReady(Command):
    """示闲, also the way out of 未应答."""


@dataclass(frozen=True, slots=True)
class BeBusy(Command):
    """示忙. During a call it takes effect after wrap-up (通话后示忙)."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class TakeBreak(Command):
    """小休 with a reason. During a call it takes effect after wrap-up."""

    reason: str


@dataclass(frozen=True, slots=True)
class RejectOffer(Command):
    """拒接 the call that rings."""


@dataclass(frozen=True, slots=True)
class HangUp(Command):
    """挂机: end the agent's talk."""


@dataclass(frozen=True, slots=True)
class Mute(Command):
    """静音 the agent towards the caller, on the switch (for SIP phones)."""

    on: bool


@dataclass(frozen=True, slots=True)
class SaveNote(Command):
    """Keep the half-typed note of a call that this agent handles or just handled."""

    call: CallId
    text: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class ExtendWrapUp(Command):
    """延长 the wrap-up by the queue's `wrap_up_seconds` once more."""


@dataclass(frozen=True, slots=True)
class FinishWrapUp(Command):
    """完成小结; then ready, or what was asked for during the call."""

    call: CallId
    code: str
    note: str


@dataclass(frozen=True, slots=True)
class NameCustomer(Command):
    """The agent says which customer the call is about."""

    call: CallId
    customer: CustomerId
