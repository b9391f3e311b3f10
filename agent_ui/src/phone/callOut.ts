// A notification of the operating system while a call rings and the page is out of sight. One slot, number masked.

const TAG = "cc-ring";
let shown: Notification | undefined;

/** Ask once for the permission; from a click. */
export function askToCallOut(): void {
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
}

/** Show `text` when nobody can see the page; null takes it away. */
export function callOut(text: string | null): void {
  shown?.close();
  shown = undefined;
  if (text === null || !document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  shown = new Notification(text, { tag: TAG, requireInteraction: true });
  shown.onclick = () => window.focus();
}
