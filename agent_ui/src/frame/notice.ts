// What the notice line says: the most urgent of all that could be said.
import { computed } from "vue";
import { useI18n } from "vue-i18n";
import { useActs } from "../acts";
import { useLive } from "../link/live";
import type { IconName } from "../parts/icons";
import { usePhone } from "../phone/phone";
import { useSession } from "../session";
import { nowMs, timeOfDay } from "../time";
import { say } from "../words";
import { useCommands } from "./commands";

export interface Notice {
  readonly tone: "" | "bad" | "warnline";
  readonly icon: IconName;
  readonly title?: string;
  readonly text: string;
  readonly act?: { readonly word: string; readonly run: () => unknown };
}

export function useNotice() {
  const { t } = useI18n();
  const [acts, live, phone, session, commands] = [useActs(), useLive(), usePhone(), useSession(), useCommands()];

  return computed<Notice>(() => {
    const agent = live.desk?.agent;
    const account = session.me?.phone;
    if (live.stale) {
      const since = live.last_ms ? timeOfDay(live.last_ms) : "-";
      return { tone: "bad", icon: "netx", title: t("notice.stale"), text: t("notice.staleMore", { t: since, n: Math.max(1, live.tries) }), act: { word: t("notice.reconnect"), run: live.reconnect } };
    }
    if (phone.fault && account) {
      return { tone: "bad", icon: phone.mic ? "mute" : "netx", text: t(`phone.${phone.fault}`), act: { word: t("phone.retry"), run: () => phone.retry(account) } };
    }
    if (!live.switchUp) return { tone: "bad", icon: "netx", title: t("notice.switchDown"), text: t("notice.switchDownMore") };
    if (acts.refused) return { tone: "bad", icon: "info", text: say(acts.refused), act: { word: t("notice.close"), run: acts.close } };
    if (live.desk?.call?.state === "leg_lost") return { tone: "bad", icon: "netx", text: t("notice.legLost") };
    if (phone.locked && phone.registration !== "off") {
      return { tone: "warnline", icon: "bell", text: t("phone.locked"), act: { word: t("phone.unlock"), run: phone.wake } };
    }
    if (agent?.state === "not_responding") {
      const text = agent.cause === "rejected" ? t("notice.rejected") : t("notice.missedPlain");
      return { tone: "bad", icon: "noans", text, act: { word: t("notice.backToReady"), run: () => commands.become({ state: "ready" }) } };
    }
    if (agent?.state === "wrap_up" && agent.until_ms) {
      const left = Math.max(0, Math.ceil((agent.until_ms - nowMs()) / 1000));
      return { tone: "warnline", icon: "clock", text: t("notice.wrapEnds", { n: left }) };
    }
    const me = session.me;
    return { tone: "", icon: "info", text: me ? t("notice.calm", { org: say(me.organisation), hotline: me.hotline }) : "" };
  });
}
