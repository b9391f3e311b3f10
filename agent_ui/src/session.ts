// Who is logged in, and what that person may see.
import { defineStore } from "pinia";
import { computed, shallowRef } from "vue";
import { api, Refused } from "./api";
import type { DeskRules, LoginForm, Me } from "./wire";

export const useSession = defineStore("session", () => {
  const me = shallowRef<Me | null>(null);
  const rules = shallowRef<DeskRules | null>(null);
  const hasSeat = computed(() => me.value?.agent != null);
  const seesBoard = computed(() => me.value !== null && me.value.role !== "agent");

  const isHere = () => me.value !== null;

  /** Ask the server once who this is; false when nobody is logged in. */
  async function load(): Promise<boolean> {
    if (isHere()) return true;
    try {
      await enter(await api.me());
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.status !== 401) setTimeout(() => location.reload(), 3000);
    }
    return isHere();
  }

  async function enter(person: Me): Promise<void> {
    rules.value = await api.rules();
    me.value = person;
  }

  const login = async (form: LoginForm): Promise<void> => enter(await api.login(form));

  return { me, rules, hasSeat, seesBoard, load, login };
});

/** Queues in the order of the rules; JSON objects promise none. */
export function inOrder<Row extends { readonly id: string }>(rows: readonly Row[], rules: DeskRules | null): Row[] {
  const place = (row: Row) => (rules?.queues.findIndex((one) => one.id === row.id) ?? -1) >>> 0;
  return [...rows].sort((a, b) => place(a) - place(b) || a.id.localeCompare(b.id));
}
