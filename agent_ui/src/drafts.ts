// Half-typed wrap-ups, kept in this browser by call and on the server; nothing typed is lost. Draws nothing.
import { defineStore } from "pinia";
import { computed, reactive } from "vue";
import { api, Refused } from "./api";
import type { CallCard } from "./wire";

export interface Draft {
  readonly call: string;
  readonly who: string;
  readonly started_ms: number;
  text: string;
  code: string;
  typed_ms: number;
  saved_ms: number;
}

export type Kept = "empty" | "saved" | "saving" | "local";

const PAUSE_MS = 400;
const RETRY_MS = 3000;
const KEEP_DAYS = 7;
const BOX = "cc-note:";

export const useDrafts = defineStore("drafts", () => {
  const drafts = reactive(new Map<string, Draft>());
  const failed = reactive(new Set<string>());
  /** Calls whose wrap-up was sent from this page. */
  const done = reactive(new Set<string>());
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let owner = "";

  const box = (call: string) => `${BOX}${owner}:${call}`;

  /** Read what this person left in this browser; what is a week old goes. */
  function open(login: string): void {
    owner = login;
    drafts.clear();
    for (const key of Object.keys(localStorage).filter((name) => name.startsWith(`${BOX}${login}:`))) {
      const draft = JSON.parse(localStorage.getItem(key) ?? "{}") as Draft;
      if (Date.now() - draft.typed_ms > KEEP_DAYS * 86_400_000) localStorage.removeItem(key);
      else {
        drafts.set(draft.call, draft);
        if (draft.saved_ms < draft.typed_ms) later(draft.call, 0);
      }
    }
  }

  /** The draft for a call; what was typed here and never sent wins over the server's copy. */
  function of(call: CallCard): Draft {
    const known = drafts.get(call.id);
    if (known) return known;
    const fresh: Draft = {
      call: call.id, who: call.name || call.number, started_ms: call.arrived_ms,
      text: call.note, code: call.code, typed_ms: 0, saved_ms: 0,
    };
    drafts.set(call.id, fresh);
    return drafts.get(call.id) ?? fresh;
  }

  function type(call: string, change: Partial<Pick<Draft, "text" | "code">>): void {
    const draft = drafts.get(call);
    if (!draft) return;
    Object.assign(draft, change, { typed_ms: Date.now() });
    localStorage.setItem(box(call), JSON.stringify(draft));
    later(call, PAUSE_MS);
  }

  function later(call: string, wait_ms: number): void {
    clearTimeout(timers.get(call));
    timers.set(call, setTimeout(() => void save(call), wait_ms));
  }

  async function save(call: string): Promise<void> {
    const draft = drafts.get(call);
    if (!draft || draft.saved_ms >= draft.typed_ms) return;
    const typed_ms = draft.typed_ms;
    try {
      await api.note(call, { text: draft.text, code: draft.code });
      failed.delete(call);
      draft.saved_ms = typed_ms;
      if (drafts.has(call)) localStorage.setItem(box(call), JSON.stringify(draft));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      failed.add(call);
      if (error.status === 0 || error.status >= 500) later(call, RETRY_MS);
    }
  }

  /** Where the words are now. */
  function kept(call: string): Kept {
    const draft = drafts.get(call);
    if (!draft || draft.typed_ms === 0) return "empty";
    if (draft.saved_ms >= draft.typed_ms) return "saved";
    return failed.has(call) ? "local" : "saving";
  }

  /** The wrap-up was sent, or the person threw the draft away. */
  function drop(call: string): void {
    done.add(call);
    clearTimeout(timers.get(call));
    drafts.delete(call);
    localStorage.removeItem(box(call));
  }

  /** Forget drafts of other calls in which nothing was typed. */
  function tidy(current: string | null): void {
    for (const draft of [...drafts.values()]) {
      if (draft.call === current) continue;
      if (draft.typed_ms === 0) drafts.delete(draft.call);
      else if (draft.text.trim() === "" && draft.code === "") drop(draft.call);
    }
  }

  const all = computed(() => [...drafts.values()].sort((a, b) => a.started_ms - b.started_ms));

  return { all, done, open, of, type, kept, drop, tidy };
});
