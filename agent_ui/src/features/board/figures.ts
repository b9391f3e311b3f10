// The figures of the board, from the counts that the server sends; formula and threshold live here and nowhere else.
import type { Board, BookRow, QueueRow } from "../../wire";

export type Tone = "" | "warn" | "bad";

/** Amber from the promised time on, red from three times that. */
const RED_TIMES = 3;
/** Ten points below the target is red. */
const RED_POINTS = 0.1;

/** A share, or null when there was nothing to share: no calls is "-", never 0 % or 100 %. */
export const share = (part: number, whole: number): number | null => (whole > 0 ? part / whole : null);

export const percent = (value: number | null): string => (value === null ? "-" : value === 1 ? "100%" : `${(value * 100).toFixed(1)}%`);

export type Counts = Pick<QueueRow, "offered" | "answered" | "answered_in_time" | "abandoned" | "short_abandon" | "answer_seconds_total">;

export const serviceLevel = (of: Counts) => share(of.answered_in_time, of.answered + of.abandoned - of.short_abandon);
export const answerRate = (of: Counts) => share(of.answered, of.offered);
export const abandonRate = (of: Counts) => share(of.abandoned - of.short_abandon, of.offered);
export const answerSeconds = (of: Counts) => share(of.answer_seconds_total, of.answered);

/** The counts of several queues together. */
export function total(rows: readonly QueueRow[]): Counts {
  const sum = (key: keyof Counts) => rows.reduce((all, row) => all + row[key], 0);
  return {
    offered: sum("offered"), answered: sum("answered"), answered_in_time: sum("answered_in_time"),
    abandoned: sum("abandoned"), short_abandon: sum("short_abandon"), answer_seconds_total: sum("answer_seconds_total"),
  };
}

export const waitLimits = (queue: QueueRow) => ({ amber: queue.service_level_seconds, red: queue.service_level_seconds * RED_TIMES });

export function waitTone(queue: QueueRow, seconds: number | null): Tone {
  const { amber, red } = waitLimits(queue);
  if (seconds === null || seconds < amber) return "";
  return seconds < red ? "warn" : "bad";
}

export function levelTone(level: number | null, target: number): Tone {
  if (level === null || level >= target) return "";
  return level < target - RED_POINTS ? "bad" : "warn";
}

/** Calls that the book cannot explain; anything but 0 is a fault. */
export const unexplained = (book: BookRow): number =>
  book.offered - book.live - Object.values(book.outcomes).reduce((all, one) => all + one, 0);

/** When the caller who waits longest in any of these queues began to wait. */
export function longestSince(queues: readonly QueueRow[]): number | null {
  const since = queues.map((row) => row.longest_since_ms).filter((at) => at !== null);
  return since.length ? Math.min(...since) : null;
}

/** The board narrowed to one queue; null shows all. */
export function narrow(board: Board, rows: readonly QueueRow[], queue: string | null) {
  const queues = rows.filter((row) => queue === null || row.id === queue);
  const agents = Object.values(board.agents).filter((row) => queue === null || row.queues.includes(queue));
  const waiting = Object.values(board.waiting).filter((row) => queue === null || row.queue === queue);
  return { queues, agents, waiting: waiting.sort((a, b) => a.since_ms - b.since_ms) };
}
