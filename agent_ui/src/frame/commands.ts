// What the agent can do with state and call, from the bar, the keys and the desk alike; one place decides when.
import { defineStore } from "pinia";
import { computed, ref, watch } from "vue";
import { useActs } from "../acts";
import { api } from "../api";
import { useLive } from "../link/live";
import { hasCall, isConnected } from "../parts/states";
import { askToCallOut } from "../phone/callOut";
import { usePhone } from "../phone/phone";
import { page } from "../phone/seat";
import * as tones from "../phone/tones";
import { useSession } from "../session";
import type { StateForm } from "../wire";

const SECOND_PRESS_MS = 1000;

export const useCommands = defineStore("commands", () => {
  const acts = useActs();
  const live = useLive();
  const phone = usePhone();
  const session = useSession();

  const agent = computed(() => live.desk?.agent ?? null);
  const state = computed(() => agent.value?.state ?? "signed_out");
  const bySip = computed(() => agent.value?.phone === "sip");
  const talking = computed(() => isConnected(state.value) || phone.talk === "talking");
  const can = computed(() => ({
    answer: !bySip.value && phone.talk === "ringing",
    reject: state.value === "ringing" && !talking.value,
    hold: !bySip.value && phone.talk === "talking",
    mute: bySip.value ? isConnected(state.value) : phone.talk === "talking",
    hangUp: talking.value,
  }));
  const sipMuted = ref(false);
  const muted = computed(() => (bySip.value ? sipMuted.value : phone.muted));
  watch(() => live.desk?.call?.id, () => (sipMuted.value = false));
  const menuOpen = ref(false);
  const signingIn = ref(false);
  /** Whether one more press of the key ends the talk. */
  const armed = ref(false);

  async function signIn(kind: "browser" | "sip"): Promise<void> {
    const account = session.me?.phone;
    if (signingIn.value) return;
    signingIn.value = true;
    menuOpen.value = false;
    if (kind === "sip") phone.stop();
    askToCallOut();
    if (kind === "sip" || !account || (await phone.start(account, true))) {
      if (await acts.run(() => api.signIn({ phone: kind, page }))) {
        if (kind === "browser") tones.test();
      } else phone.stop();
    }
    signingIn.value = false;
  }

  async function signOut(): Promise<void> {
    menuOpen.value = false;
    if (await acts.run(api.signOut)) phone.stop();
  }

  /** During a call it holds from the end of the wrap-up on. */
  async function become(form: StateForm): Promise<void> {
    menuOpen.value = false;
    await acts.run(() => api.state(form));
  }

  const answer = () => { if (can.value.answer) phone.answer(); };
  const hold = () => { if (can.value.hold) phone.hold(!phone.held); };

  async function mute(): Promise<void> {
    if (!can.value.mute) return;
    const on = !muted.value;
    if (!bySip.value) phone.mute(on);
    else if (await acts.run(() => api.mute({ on }))) sipMuted.value = on;
  }

  async function reject(): Promise<void> {
    if (can.value.reject && !(await acts.run(api.reject))) phone.hangUp();
  }

  async function hangUp(): Promise<void> {
    armed.value = false;
    if (can.value.hangUp && !phone.hangUp()) await acts.run(api.hangUp);
  }

  /** The key: rejects what rings, ends a talk only with a second press. */
  async function pressHangUp(): Promise<void> {
    if (can.value.reject) await reject();
    else if (armed.value) await hangUp();
    else if (can.value.hangUp) {
      armed.value = true;
      setTimeout(() => (armed.value = false), SECOND_PRESS_MS);
    }
  }

  /** The state key: out of 未应答 at once, else the menu. */
  async function pressState(): Promise<void> {
    if (state.value === "not_responding" || state.value === "disconnected") await become({ state: "ready" });
    else menuOpen.value = !menuOpen.value;
  }

  const inCall = computed(() => hasCall(state.value));

  return {
    agent, state, bySip, talking, can, muted, menuOpen, signingIn, armed, inCall,
    signIn, signOut, become, answer, hold, mute, reject, hangUp, pressHangUp, pressState,
  };
});
