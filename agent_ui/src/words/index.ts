// The language of the screens: chosen by the person, kept in this browser, Chinese first.
import { createI18n } from "vue-i18n";
import { computed } from "vue";
import type { Locale, Text } from "../wire";
import { en } from "./en";
import { zh } from "./zh";

const KEPT = "cc-language";
const kept = localStorage.getItem(KEPT);
const first: Locale = kept === "en" || kept === "zh" ? kept : navigator.language.startsWith("en") ? "en" : "zh";

export const words = createI18n({ legacy: false, locale: first, fallbackLocale: "zh", messages: { zh, en } });

export const language = computed<Locale>(() => (words.global.locale.value === "en" ? "en" : "zh"));

/** Switch the language and remember it. */
export function speak(locale: Locale): void {
  words.global.locale.value = locale;
  localStorage.setItem(KEPT, locale);
  document.documentElement.lang = locale === "zh" ? "zh-CN" : "en";
}

/** One text in the language of the screen. */
export const say = (text: Text): string => text[language.value];

/** Words for a code that the server may know better than we do: the code itself when there are none. */
export function sayCode(group: "cause" | "outcome", code: string): string {
  const key = `${group}.${code}`;
  return words.global.te(key) ? words.global.t(key) : code;
}
