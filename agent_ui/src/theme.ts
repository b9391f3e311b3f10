// Light or dark: the machine's wish until the person chooses; kept in this browser.
import { ref } from "vue";

const KEPT = "cc-theme";
export const dark = ref(
  (localStorage.getItem(KEPT) ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark",
);

/** Show the chosen theme, and keep it when a person chose it. */
export function wear(night: boolean, keep = true): void {
  dark.value = night;
  document.documentElement.classList.toggle("dark", night);
  if (keep) localStorage.setItem(KEPT, night ? "dark" : "light");
}
