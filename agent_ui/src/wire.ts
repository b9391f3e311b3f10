// Generated from callcenter/adapters/web/wire.py; write `python -m callcenter.adapters.web.typescript` here.

export type AgentState = "signed_out" | "ready" | "ringing" | "talking" | "holding" | "wrap_up" | "busy" | "break" | "not_responding" | "disconnected";

export type CallState = "in_ivr" | "waiting" | "offered" | "talking" | "holding" | "leg_lost" | "ended";

export type Role = "agent" | "lead" | "supervisor" | "admin";

export type Locale = "zh" | "en";

/** One text in both languages. */
export interface Text {
  zh: string;
  en: string;
}

/** Body of every error answer (4xx, 5xx): what happened and what to do. */
export interface Problem {
  code: string;
  zh: string;
  en: string;
  fields: Readonly<Record<string, string>>;
}

/** POST /api/login. */
export interface LoginForm {
  login: string;
  password: string;
}

/** GET /api/welcome, for everybody: whose call centre this is. */
export interface Welcome {
  organisation: Text;
  hotline: string;
}

/** What the browser phone (JsSIP) registers with. The password lives as long as the session. */
export interface PhoneAccount {
  extension: string;
  password: string;
  realm: string;
  ws_url: string;
}

/** GET /api/me and the answer to a log-in. `phone` is null for people without an agent id. */
export interface Me {
  login: string;
  name: string;
  role: Role;
  agent: string | null;
  phone: PhoneAccount | null;
  organisation: Text;
  hotline: string;
}

/** A code with its words: break reasons, wrap-up codes. `children` makes the tree of codes. */
export interface Choice {
  code: string;
  label: Text;
  children: readonly Choice[];
}

/** What the desk must know about a queue. */
export interface QueueRules {
  id: string;
  name: Text;
  ring_seconds: number;
  wrap_up_seconds: number;
}

/** GET /api/desk/rules: constant while the configuration stands. */
export interface DeskRules {
  busy_reasons: readonly Choice[];
  break_reasons: readonly Choice[];
  wrap_up_codes: readonly Choice[];
  queues: readonly QueueRules[];
}

/** The agent's own state. `until_ms` is when the state ends by itself (ringing, wrap-up); `next` is what was asked for after the call; `cause` says who put the agent here (`agent`, `timeout`, `supervisor`, `switch`). */
export interface AgentCard {
  id: string;
  name: string;
  state: AgentState;
  since_ms: number;
  until_ms: number | null;
  reason: string;
  cause: string;
  next: "ready" | "busy" | "break";
  phone: "browser" | "sip" | null;
  extension: string;
  queues: readonly string[];
}

/** Keys that the caller pressed at one step, with their meaning. */
export interface Key {
  keys: string;
  meaning: string;
  step: string;
  at_ms: number;
}

/** Why another agent was not picked. */
export interface Passed {
  agent: string;
  reason: string;
}

/** The call that rings, is talked, or is being wrapped up. `number` is masked. */
export interface CallCard {
  id: string;
  state: CallState;
  number: string;
  name: string;
  dialed: string;
  queue: string | null;
  arrived_ms: number;
  queued_ms: number | null;
  offered_ms: number | null;
  answered_ms: number | null;
  held_ms: number | null;
  ended_ms: number | null;
  waited_seconds: number;
  keys: readonly Key[];
  heard: readonly string[];
  why: string;
  passed_over: readonly Passed[];
  recording: boolean;
  note: string;
  code: string;
}

/** `index` names the number in POST /api/customers/<id>/reveal. */
export interface MaskedPhone {
  index: number;
  masked: string;
  label: string;
}

/** A meter, a car, a contract; `attributes` in order. */
export interface AssetCard {
  kind: string;
  label: string;
  attributes: Readonly<Record<string, string | number | boolean | null>>;
}

/** A line of the customer's history. */
export interface PastCallRow {
  call: string;
  at_ms: number;
  outcome: string;
  agent: string | null;
  talk_seconds: number;
  code: string;
  note: string;
}

/** The customer's record. `due_fen` null: unknown. */
export interface CustomerCard {
  id: number;
  name: string;
  account: string;
  tier: string;
  address: string;
  flags: readonly string[];
  note: string;
  due_fen: number | null;
  due_on: string;
  phones: readonly MaskedPhone[];
  assets: readonly AssetCard[];
  attributes: Readonly<Record<string, string | number | boolean | null>>;
  calls: readonly PastCallRow[];
}

/** What an agent sees of a queue. */
export interface QueueLine {
  id: string;
  waiting: number;
  longest_since_ms: number | null;
}

/** GET /api/desk: the whole desk. `seq` is the last change that it holds. `customers` has more than one entry when several people share the number; `customer` is the one that the call is about, or null. */
export interface Desk {
  seq: number;
  now_ms: number;
  switch_up: boolean;
  agent: AgentCard;
  call: CallCard | null;
  customer: CustomerCard | null;
  candidates: readonly CustomerCard[];
  queues: Readonly<Record<string, QueueLine>>;
}

/** Socket event `desk`: replace the named parts of the desk. `seq` is the desk's own and has no gaps; a client that sees a gap takes the snapshot again. */
export interface DeskChange {
  seq: number;
  now_ms: number;
  agent?: AgentCard | null;
  call?: CallCard | null;
  clear_call?: boolean;
  customer?: CustomerCard | null;
  candidates?: readonly CustomerCard[] | null;
  queue?: QueueLine | null;
  switch_up?: boolean | null;
}

/** A queue on the board, today. Rates are computed by the client from the counts, so formula and figure agree: service level = answered_in_time / (answered + abandoned - short_abandon). */
export interface QueueRow {
  id: string;
  name: Text;
  waiting: number;
  longest_since_ms: number | null;
  ready: number;
  talking: number;
  wrap_up: number;
  signed_in: number;
  offered: number;
  answered: number;
  answered_in_time: number;
  abandoned: number;
  short_abandon: number;
  answer_seconds_total: number;
  service_level_seconds: number;
  service_level_target: number;
}

/** An agent on the board. `call` is the id of the live call. */
export interface AgentRow {
  id: string;
  name: string;
  state: AgentState;
  since_ms: number;
  reason: string;
  cause: string;
  call: string | null;
  number: string;
  queue: string | null;
  queues: readonly string[];
  answered: number;
  missed: number;
  talk_seconds: number;
}

/** A caller in line; `number` masked. */
export interface WaitingRow {
  id: string;
  queue: string;
  number: string;
  name: string;
  since_ms: number;
  place: number;
}

/** Today's book. `live + sum(outcomes) == offered`, always. */
export interface BookRow {
  offered: number;
  live: number;
  in_ivr: number;
  outcomes: Readonly<Record<string, number>>;
}

/** GET /api/board: the whole board. */
export interface Board {
  seq: number;
  now_ms: number;
  switch_up: boolean;
  day: string;
  queues: Readonly<Record<string, QueueRow>>;
  agents: Readonly<Record<string, AgentRow>>;
  waiting: Readonly<Record<string, WaitingRow>>;
  book: BookRow;
}

/** Socket event `board`: rows to set and keys to remove. `seq` has no gaps. */
export interface BoardChange {
  seq: number;
  now_ms: number;
  queues?: Readonly<Record<string, QueueRow>>;
  agents?: Readonly<Record<string, AgentRow>>;
  waiting?: Readonly<Record<string, WaitingRow>>;
  gone_agents?: readonly string[];
  gone_waiting?: readonly string[];
  book?: BookRow | null;
  switch_up?: boolean | null;
  day?: string | null;
}

/** Socket event `pulse`, every 2 s: none for 5 s means 数据中断. The seqs tell a client that it missed something. */
export interface Pulse {
  now_ms: number;
  desk_seq: number | null;
  board_seq: number | null;
  switch_up: boolean;
}

/** POST /api/agent/sign-in. `page` is a random id made once for each load of the page. */
export interface SignInForm {
  phone: "browser" | "sip";
  page?: string;
}

/** POST /api/agent/state. */
export interface StateForm {
  state: "ready" | "busy" | "break";
  reason?: string;
}

/** POST /api/call/mute. */
export interface SwitchForm {
  on: boolean;
}

/** PUT /api/calls/<id>/note. */
export interface NoteForm {
  text: string;
  code?: string;
}

/** POST /api/calls/<id>/wrap-up. */
export interface WrapUpForm {
  code: string;
  note?: string;
}

/** POST /api/calls/<id>/customer: the agent says which customer the call is about. */
export interface CustomerChoice {
  customer: number;
}

/** POST /api/customers/<id>/reveal. */
export interface RevealForm {
  index: number;
}

/** The full number; the reveal was written to the access log. */
export interface Revealed {
  number: string;
}

/** An accepted command; what follows arrives on the socket. */
export interface Done {
  ok: true;
}
