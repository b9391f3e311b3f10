// The agent's phone as the screens see it: which kind, whether it works, what to do when it does not.
import { defineStore } from "pinia";
import { computed, ref } from "vue";
import type { PhoneAccount } from "../wire";
import { BrowserPhone, tryMicrophone, type MicFault, type Registration, type Talk } from "./browserPhone";
import * as tones from "./tones";

export type PhoneFault = MicFault | "micLost" | "refused" | "gone";

const REGISTER_WITHIN_MS = 8000;

export const usePhone = defineStore("phone", () => {
  const registration = ref<Registration | "off">("off");
  const talk = ref<Talk>("none");
  const held = ref(false);
  const muted = ref(false);
  const mic = ref<MicFault | "lost" | null>(null);
  /** The browser holds the sound back until a click. */
  const locked = ref(false);

  const fault = computed<PhoneFault | null>(() => {
    if (mic.value) return mic.value === "lost" ? "micLost" : mic.value;
    return registration.value === "refused" || registration.value === "gone" ? registration.value : null;
  });

  let phone: BrowserPhone | undefined;
  let settled: ((now: Registration) => void) | undefined;
  const ear = new Audio();
  ear.id = "remote-audio";
  ear.autoplay = true;

  /** Register and wait for the switch's answer; true when calls can reach this page. */
  async function start(account: PhoneAccount, asked: boolean): Promise<boolean> {
    if (registration.value === "registered") return true;
    document.body.append(ear);
    locked.value = !(await tones.unlock());
    if (asked) {
      mic.value = await tryMicrophone();
      if (mic.value) return false;
    }
    phone?.stop();
    phone = new BrowserPhone(account, {
      registration: (now) => {
        registration.value = now;
        if (now !== "connecting") settled?.(now);
      },
      talk: took,
      held: (on) => (held.value = on),
      remote: (stream) => {
        ear.srcObject = stream;
        ear.play().catch(() => (locked.value = true));
      },
      micFault: (now) => (mic.value = now),
      auto: tones.beep,
    });
    const answer = new Promise<Registration>((tell) => {
      settled = tell;
      setTimeout(() => tell("gone"), REGISTER_WITHIN_MS);
    });
    await phone.start();
    const now = await answer;
    if (now !== "registered" && registration.value === "connecting") registration.value = now;
    return now === "registered";
  }

  function took(now: Talk): void {
    talk.value = now;
    if (now === "ringing") tones.ring();
    else tones.stopRinging();
    if (now === "none") {
      held.value = muted.value = false;
      if (mic.value === "lost") mic.value = null;
    }
  }

  function stop(): void {
    phone?.stop();
    phone = undefined;
    settled = undefined;
    took("none");
    registration.value = "off";
    mic.value = null;
  }

  /** Try the microphone and the registration again; from a click. */
  async function retry(account: PhoneAccount): Promise<void> {
    mic.value = await tryMicrophone();
    if (!mic.value && registration.value !== "registered") {
      phone?.stop();
      registration.value = "off";
      await start(account, false);
    }
  }

  /** Let the page make sound; from a click. */
  async function wake(): Promise<void> {
    locked.value = !(await tones.unlock());
    if (ear.srcObject) await ear.play().catch(() => undefined);
  }

  function mute(on: boolean): void {
    phone?.mute(on);
    muted.value = on;
  }

  return {
    registration, talk, held, muted, mic, locked, fault, start, stop, retry, wake, mute,
    answer: () => phone?.answer(),
    hold: (on: boolean) => phone?.hold(on),
    hangUp: () => phone?.hangUp() ?? false,
  };
});
