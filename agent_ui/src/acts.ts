// What the person asked for last, and the server's no to it; shown in the notice line.
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";
import { Refused } from "./api";
import type { Problem } from "./wire";

export const useActs = defineStore("acts", () => {
  const refused = shallowRef<Problem | null>(null);
  const busy = ref(false);

  /** Run one act; false when it was refused, and then `refused` says why until the next act. */
  async function run(act: () => Promise<unknown>): Promise<boolean> {
    refused.value = null;
    busy.value = true;
    try {
      await act();
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refused.value = error.problem;
      return false;
    } finally {
      busy.value = false;
    }
  }

  const close = () => (refused.value = null);

  return { refused, busy, run, close };
});
