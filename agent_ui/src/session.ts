// Who is logged in, and what that person may see.
import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";
import { api, Refused } from "./api";
import type { DeskRules, LoginForm, Me } from "./wire";

const AGAIN_MS = 2000;

export const useSession = defineStore("session", () => {
  const me = shallowRef<Me | null>(null);
  const rules = shallowRef<DeskRules | null>(null);
  const hasSeat = computed(() => me.value?.agent != null);
  const seesBoard = computed(() => me.value !== null && me.value.role !== "agent");

  /** The server does not answer yet; the page waits for it. */
  const away = ref(false);

  /** Ask the server who this is, again until it answers; false when nobody is logged in. */
  async function load(): Promise<boolean> {
    while (!me.value) {
      try {
        await enter(await api.me());
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.status === 401) return false;
        away.value = true;
        await new Promise((go) => setTimeout(go, AGAIN_MS));
      }
    }
    away.value = false;
    return true;
  }

  async function enter(person: Me): Promise<void> {
    rules.value = await api.rules();
    me.value = person;
  }

  const login = async (form: LoginForm): Promise<void> => enter(await api.login(form));

  return { me, rules, away, hasSeat, seesBoard, load, login };
});

/** Queues in the order of the rules; JSON objects promise none. */
export function inOrder<Row extends { readonly id: string }>(rows: readonly Row[], rules: DeskRules | null): Row[] {
  const place = (row: Row) => (rules?.queues.findIndex((one) => one.id === row.id) ?? -1) >>> 0;
  return [...rows].sort((a, b) => place(a) - place(b) || a.id.localeCompare(b.id));
}
