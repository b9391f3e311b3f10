// One tab takes calls at a time. Web Locks say which; a tab that must let go reloads, so that it ends no talk with a BYE.
import { ref } from "vue";

export type Seat = "none" | "asking" | "mine" | "elsewhere";

const NAME = "cc-seat";
const FROZEN_TAB_MS = 1500;
const OLD_PAGE_MS = 150;

/** Whether this tab takes the calls. */
export const seat = ref<Seat>("none");

/** Names this load of the page towards the server. */
export const page = crypto.randomUUID();

const channel = new BroadcastChannel(NAME);
channel.onmessage = () => {
  if (seat.value === "mine") location.reload();
};

/** True when this tab took calls before it was reloaded. */
export const hadSeat = (): boolean => sessionStorage.getItem(NAME) === "yes";

/** Ask for the calls; another tab keeps them if it has them. The page before a reload may need a moment to go. */
export async function claim(): Promise<void> {
  if (seat.value !== "none") return;
  seat.value = "asking";
  for (let left = 3; left >= 0; left--) {
    if (await tryHold()) return;
    await new Promise((go) => setTimeout(go, OLD_PAGE_MS));
  }
  seat.value = "elsewhere";
  sessionStorage.removeItem(NAME);
}

/** Take the calls from the tab that has them. */
export async function takeOver(): Promise<void> {
  const frozen = setTimeout(() => void hold({ steal: true }), FROZEN_TAB_MS);
  channel.postMessage("let go");
  await hold({});
  clearTimeout(frozen);
}

/** Take no calls here any more. */
export function giveUp(): void {
  sessionStorage.removeItem(NAME);
  if (seat.value === "mine") release?.();
  seat.value = "none";
}

let release: (() => void) | undefined;

function mine(): Promise<void> {
  seat.value = "mine";
  sessionStorage.setItem(NAME, "yes");
  return new Promise((go) => (release = go));
}

/** Resolves true once the lock is held, false when another tab holds it. */
function tryHold(): Promise<boolean> {
  return new Promise((tell) => {
    const kept = navigator.locks.request(NAME, { ifAvailable: true }, (lock) => {
      tell(lock !== null);
      return lock ? mine() : undefined;
    });
    kept.catch(lost);
  });
}

function hold(options: LockOptions): Promise<void> {
  return new Promise((tell) => {
    navigator.locks
      .request(NAME, options, () => {
        tell();
        return mine();
      })
      .catch(lost);
  });
}

/** Another tab stole the lock while this one was frozen. */
function lost(): void {
  if (seat.value === "mine") location.reload();
}
