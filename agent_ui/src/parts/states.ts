// Icon and colour class of every agent state; the word is in words/.
import type { AgentState } from "../wire";
import type { IconName } from "./icons";

export const stateLook: Record<AgentState, { icon: IconName; tone: string }> = {
  signed_out: { icon: "power", tone: "st-out" },
  ready: { icon: "ready", tone: "st-ready" },
  ringing: { icon: "bell", tone: "st-ring" },
  talking: { icon: "phone", tone: "st-talk" },
  holding: { icon: "hold", tone: "st-hold" },
  wrap_up: { icon: "wrap", tone: "st-wrap" },
  busy: { icon: "say", tone: "st-busy" },
  break: { icon: "clock", tone: "st-break" },
  not_responding: { icon: "noans", tone: "st-noans" },
  disconnected: { icon: "netx", tone: "st-down" },
};

const WITH_A_CALL: readonly AgentState[] = ["ringing", "talking", "holding", "wrap_up"];

/** Whether a wish for another state waits until the call is wrapped up. */
export const hasCall = (state: AgentState): boolean => WITH_A_CALL.includes(state);

export const isConnected = (state: AgentState): boolean => state === "talking" || state === "holding";
