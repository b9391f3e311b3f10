"""Typed messages between server and browser; the only file with the browser's words. TypeScript is generated from it.

Times are epoch milliseconds (`*_ms`). Numbers of callers are masked unless a field says otherwise.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """Base of every message: closed, so a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Role = Literal["agent", "lead", "supervisor", "admin"]
AgentState = Literal[
    "signed_out", "ready", "ringing", "talking", "holding", "wrap_up", "busy", "break", "not_responding", "disconnected"
]
CallState = Literal["in_ivr", "waiting", "offered", "talking", "holding", "leg_lost", "ended"]
Locale = Literal["zh", "en"]


class Text(Wire):
    """One text in both languages."""

    zh: str
    en: str


class Problem(Wire):
    """Body of every error answer (4xx, 5xx): what happened and what to do."""

    code: str
    zh: str
    en: str
    fields: dict[str, str] = {}


# --- log-in ---------------------------------------------------------------------------------------


class LoginForm(Wire):
    """POST /api/login."""

    login: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class Welcome(Wire):
    """GET /api/welcome, for everybody: whose call centre this is."""

    organisation: Text
    hotline: str


class PhoneAccount(Wire):
    """What the browser phone (JsSIP) registers with. The password lives as long as the session."""

    extension: str
    password: str
    realm: str
    ws_url: str


class Me(Wire):
    """GET /api/me and the answer to a log-in. `phone` is null for people without an agent id."""

    login: str
    name: str
    role: Role
    agent: str | None
    phone: PhoneAccount | None
    organisation: Text
    hotline: str


# --- desk -----------------------------------------------------------------------------------------


class Choice(Wire):
    """A code with its words: break reasons, wrap-up codes. `children` makes the tree of codes."""

    code: str
    label: Text
    children: list["Choice"] = []


class QueueRules(Wire):
    """What the desk must know about a queue."""

    id: str
    name: Text
    ring_seconds: int
    wrap_up_seconds: int


class DeskRules(Wire):
    """GET /api/desk/rules: constant while the configuration stands."""

    busy_reasons: list[Choice]
    break_reasons: list[Choice]
    wrap_up_codes: list[Choice]
    queues: list[QueueRules]


class AgentCard(Wire):
    """The agent's own state. `until_ms` is when the state ends by itself (ringing, wrap-up); `next` is what was asked
    for after the call; `cause` says who put the agent here (`agent`, `timeout`, `supervisor`, `switch`)."""

    id: str
    name: str
    state: AgentState
    since_ms: int
    until_ms: int | None = None
    reason: str = ""
    cause: str = ""
    next: Literal["ready", "busy", "break"] = "ready"
    phone: Literal["browser", "sip"] | None = None
    extension: str = ""
    queues: list[str] = []


class Key(Wire):
    """Keys that the caller pressed at one step, with their meaning."""

    keys: str
    meaning: str
    step: str
    at_ms: int


class Passed(Wire):
    """Why another agent was not picked."""

    agent: str
    reason: str


class CallCard(Wire):
    """The call that rings, is talked, or is being wrapped up. `number` is masked."""

    id: str
    state: CallState
    number: str
    name: str
    dialed: str
    queue: str | None
    arrived_ms: int
    queued_ms: int | None
    offered_ms: int | None
    answered_ms: int | None
    held_ms: int | None
    ended_ms: int | None
    waited_seconds: int
    keys: list[Key]
    heard: list[str]
    why: str
    passed_over: list[Passed]
    recording: bool
    note: str
    code: str


class MaskedPhone(Wire):
    """`index` names the number in POST /api/customers/<id>/reveal."""

    index: int
    masked: str
    label: str


class AssetCard(Wire):
    """A meter, a car, a contract; `attributes` in order."""

    kind: str
    label: str
    attributes: dict[str, str | int | bool | None]


class PastCallRow(Wire):
    """A line of the customer's history."""

    call: str
    at_ms: int
    outcome: str
    agent: str | None
    talk_seconds: int
    code: str
    note: str


class CustomerCard(Wire):
    """The customer's record. `due_fen` null: unknown."""

    id: int
    name: str
    account: str
    tier: str
    address: str
    flags: list[str]
    note: str
    due_fen: int | None
    due_on: str
    phones: list[MaskedPhone]
    assets: list[AssetCard]
    attributes: dict[str, str | int | bool | None]
    calls: list[PastCallRow]


class QueueLine(Wire):
    """What an agent sees of a queue."""

    id: str
    waiting: int
    longest_since_ms: int | None


class Desk(Wire):
    """GET /api/desk: the whole desk. `seq` is the last change that it holds. `customers` has more than one entry when
    several people share the number; `customer` is the one that the call is about, or null."""

    seq: int
    now_ms: int
    switch_up: bool
    agent: AgentCard
    call: CallCard | None
    customer: CustomerCard | None
    candidates: list[CustomerCard]
    queues: dict[str, QueueLine]


class DeskChange(Wire):
    """Socket event `desk`: replace the named parts of the desk. `seq` is the desk's own and has no gaps; a client that
    sees a gap takes the snapshot again."""

    seq: int
    now_ms: int
    agent: AgentCard | None = None
    call: CallCard | None = None
    clear_call: bool = False
    customer: CustomerCard | None = None
    candidates: list[CustomerCard] | None = None
    queue: QueueLine | None = None
    switch_up: bool | None = None


# --- board ----------------------------------------------------------------------------------------


class QueueRow(Wire):
    """A queue on the board, today. Rates are computed by the client from the counts, so formula and figure agree:
    service level = answered_in_time / (answered + abandoned - short_abandon)."""

    id: str
    name: Text
    waiting: int
    longest_since_ms: int | None
    ready: int
    talking: int
    wrap_up: int
    signed_in: int
    offered: int
    answered: int
    answered_in_time: int
    abandoned: int
    short_abandon: int
    answer_seconds_total: int
    service_level_seconds: int
    service_level_target: float


class AgentRow(Wire):
    """An agent on the board. `call` is the id of the live call."""

    id: str
    name: str
    state: AgentState
    since_ms: int
    reason: str
    cause: str
    call: str | None
    number: str
    queue: str | None
    queues: list[str]
    answered: int
    missed: int
    talk_seconds: int


class WaitingRow(Wire):
    """A caller in line; `number` masked."""

    id: str
    queue: str
    number: str
    name: str
    since_ms: int
    place: int


class BookRow(Wire):
    """Today's book. `live + sum(outcomes) == offered`, always."""

    offered: int
    live: int
    in_ivr: int
    outcomes: dict[str, int]


class Board(Wire):
    """GET /api/board: the whole board."""

    seq: int
    now_ms: int
    switch_up: bool
    day: str
    queues: dict[str, QueueRow]
    agents: dict[str, AgentRow]
    waiting: dict[str, WaitingRow]
    book: BookRow


class BoardChange(Wire):
    """Socket event `board`: rows to set and keys to remove. `seq` has no gaps."""

    seq: int
    now_ms: int
    queues: dict[str, QueueRow] = {}
    agents: dict[str, AgentRow] = {}
    waiting: dict[str, WaitingRow] = {}
    gone_agents: list[str] = []
    gone_waiting: list[str] = []
    book: BookRow | None = None
    switch_up: bool | None = None
    day: str | None = None


class Pulse(Wire):
    """Socket event `pulse`, every 2 s: none for 5 s means 数据中断. The seqs tell a client that it missed something."""

    now_ms: int
    desk_seq: int | None
    board_seq: int | None
    switch_up: bool


# --- what people do -------------------------------------------------------------------------------


class SignInForm(Wire):
    """POST /api/agent/sign-in. `page` is a random id made once for each load of the page."""

    phone: Literal["browser", "sip"]
    page: Annotated[str, Field(max_length=64)] = ""


class StateForm(Wire):
    """POST /api/agent/state."""

    state: Literal["ready", "busy", "break"]
    reason: Annotated[str, Field(max_length=64)] = ""


class SwitchForm(Wire):
    """POST /api/call/mute."""

    on: bool


class NoteForm(Wire):
    """PUT /api/calls/<id>/note."""

    text: Annotated[str, Field(max_length=4000)]
    code: Annotated[str, Field(max_length=64)] = ""


class WrapUpForm(Wire):
    """POST /api/calls/<id>/wrap-up."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    note: Annotated[str, Field(max_length=4000)] = ""


class CustomerChoice(Wire):
    """POST /api/calls/<id>/customer: the agent says which customer the call is about."""

    customer: int


class RevealForm(Wire):
    """POST /api/customers/<id>/reveal."""

    index: int


class Revealed(Wire):
    """The full number; the reveal was written to the access log."""

    number: str


class Done(Wire):
    """An accepted command; what follows arrives on the socket."""

    ok: Literal[True] = True
