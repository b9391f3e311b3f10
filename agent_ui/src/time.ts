// Clock and durations of the screens. The server's clock rules; this machine's only ticks.
import { ref } from "vue";

const ahead_ms = ref(0);
const ticked_ms = ref(Date.now());

/** The server's time now, ticking once a second. */
export const nowMs = (): number => ticked_ms.value + ahead_ms.value;

/** Note the server's clock as a message brings it. */
export function setClock(server_ms: number): void {
  const seen = server_ms - Date.now();
  if (Math.abs(seen - ahead_ms.value) > 300) ahead_ms.value = seen;
  ticked_ms.value = Date.now();
}

setInterval(() => (ticked_ms.value = Date.now()), 1000);

/** `75` -> `01:15`; hours appear when there are any. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return (h ? [h, m, s] : [m, s]).map((part) => String(part).padStart(2, "0")).join(":");
}

/** Seconds from `since_ms` to `until_ms`, never negative. */
export function secondsBetween(since_ms: number, until_ms: number): number {
  return Math.max(0, Math.round((until_ms - since_ms) / 1000));
}

const pad = (part: number) => String(part).padStart(2, "0");

/** `14:33:08` on this machine's wall. */
export function timeOfDay(ms: number): string {
  const at = new Date(ms);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
}

/** `11-18 10:02`; with the year when it is not this one. */
export function dayAndTime(ms: number): string {
  const at = new Date(ms);
  const year = at.getFullYear() === new Date().getFullYear() ? "" : `${at.getFullYear()}-`;
  return `${year}${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

/** `28640` fen -> `¥286.40`. */
export function yuan(fen: number): string {
  const sign = fen < 0 ? "-" : "";
  const whole = Math.trunc(Math.abs(fen) / 100).toLocaleString("en-US");
  return `${sign}¥${whole}.${pad(Math.abs(fen) % 100)}`;
}
