// JSON requests to the server; every refusal becomes a Refused with words for people. Knows no screen.
import type {
  Board, CustomerChoice, Desk, DeskRules, Done, LoginForm, Me, NoteForm, Problem, RevealForm, Revealed, SignInForm,
  StateForm, SwitchForm, Welcome, WrapUpForm,
} from "./wire";

/** The server said no, or nothing came back (`status` 0); `problem` says what to do. */
export class Refused extends Error {
  constructor(readonly status: number, readonly problem: Problem) {
    super(problem.en);
  }
}

const AWAY: Problem = {
  code: "away",
  zh: "连不上服务器，请检查网络后再试",
  en: "The server cannot be reached. Check the network and try again",
  fields: {},
};
const PATIENCE_MS = 8000;

let leave: () => void = () => undefined;

/** `act` runs whenever the server says that nobody is logged in. */
export function onLoggedOut(act: () => void): void {
  leave = act;
}

async function ask<Answer>(method: "GET" | "POST" | "PUT", path: string, body?: object): Promise<Answer> {
  const request: RequestInit = { method, credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE_MS) };
  if (body) Object.assign(request, { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
  const answer = await fetch(`/api${path}`, request).catch(() => null);
  if (!answer) throw new Refused(0, AWAY);
  const read: unknown = await answer.json().catch(() => null);
  if (answer.ok && read !== null) return read as Answer;
  if (answer.status === 401 && path !== "/login") leave();
  throw new Refused(answer.status, isProblem(read) ? read : AWAY);
}

function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && "code" in value && "zh" in value && "en" in value;
}

const post = <Answer = Done>(path: string, body: object = {}) => ask<Answer>("POST", path, body);
const call = (id: string) => `/calls/${encodeURIComponent(id)}`;

export const api = {
  login: (form: LoginForm) => post<Me>("/login", form),
  welcome: () => ask<Welcome>("GET", "/welcome"),
  logout: () => post("/logout"),
  me: () => ask<Me>("GET", "/me"),
  rules: () => ask<DeskRules>("GET", "/desk/rules"),
  desk: () => ask<Desk>("GET", "/desk"),
  board: () => ask<Board>("GET", "/board"),
  signIn: (form: SignInForm) => post("/agent/sign-in", form),
  signOut: () => post("/agent/sign-out"),
  state: (form: StateForm) => post("/agent/state", form),
  reject: () => post("/call/reject"),
  hangUp: () => post("/call/hangup"),
  mute: (form: SwitchForm) => post("/call/mute", form),
  note: (id: string, form: NoteForm) => ask<Done>("PUT", `${call(id)}/note`, form),
  wrapUp: (id: string, form: WrapUpForm) => post(`${call(id)}/wrap-up`, form),
  extend: (id: string) => post(`${call(id)}/extend`),
  choose: (id: string, form: CustomerChoice) => post(`${call(id)}/customer`, form),
  reveal: (customer: number, form: RevealForm) => post<Revealed>(`/customers/${customer}/reveal`, form),
};
