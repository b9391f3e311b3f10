// Words for the engine's reasons: why this agent was picked, and why the others were not.
import { clock } from "../../time";
import { words } from "../../words";

/** `longest_idle:341` -> 空闲最久，已空闲 05:41. A reason without words is shown as it is. */
export function whyText(reason: string): string {
  return spoken("why", reason);
}

/** `shorter_idle:12`, `no_phone`, or the state that the other agent was in. */
export function whyNotText(reason: string): string {
  return words.global.te(`state.${reason}`) ? words.global.t(`state.${reason}`) : spoken("whyNot", reason);
}

function spoken(group: "why" | "whyNot", reason: string): string {
  const [code = "", seconds = "0"] = reason.split(":");
  const key = `${group}.${code}`;
  return words.global.te(key) ? words.global.t(key, { t: clock(Number(seconds)) }) : reason;
}
