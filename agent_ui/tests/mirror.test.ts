import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Mirror } from "../src/link/mirror";

interface Log { readonly seq: number; readonly words: readonly string[] }
interface Word { readonly seq: number; readonly word: string }

/** A server whose answers the test gives one by one. */
function server() {
  const asked: ((log: Log | null) => void)[] = [];
  const shown: Log[] = [];
  const mirror = new Mirror<Log, Word>({
    fetch: () => new Promise((give, fail) => asked.push((log) => (log ? give(log) : fail(new Error("away"))))),
    apply: (log, { seq, word }) => ({ seq, words: [...log.words, word] }),
    show: (log) => shown.push(log),
  });
  const answer = async (log: Log | null) => {
    asked.at(-1)?.(log);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { mirror, asked, shown, answer };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a mirror", () => {
  it("shows the snapshot and the changes that came while it was on its way", async () => {
    const { mirror, shown, answer } = server();
    void mirror.load();
    mirror.take({ seq: 4, word: "old" });
    mirror.take({ seq: 6, word: "new" });
    await answer({ seq: 5, words: ["a"] });
    expect(shown.at(-1)).toEqual({ seq: 6, words: ["a", "new"] });
  });

  it("drops what it already has", async () => {
    const { mirror, shown, answer } = server();
    void mirror.load();
    await answer({ seq: 5, words: [] });
    mirror.take({ seq: 5, word: "twice" });
    expect(shown).toHaveLength(1);
  });

  it("takes the snapshot again after a gap", async () => {
    const { mirror, asked, shown, answer } = server();
    void mirror.load();
    await answer({ seq: 1, words: [] });
    mirror.take({ seq: 3, word: "c" });
    expect(asked).toHaveLength(2);
    mirror.take({ seq: 4, word: "d" });
    await answer({ seq: 3, words: ["b", "c"] });
    expect(shown.at(-1)).toEqual({ seq: 4, words: ["b", "c", "d"] });
  });

  it("takes it again when a pulse names a change that never came, and only then", async () => {
    const { mirror, asked, answer } = server();
    void mirror.load();
    await answer({ seq: 7, words: [] });
    mirror.heard(7);
    mirror.heard(6);
    mirror.heard(null);
    expect(asked).toHaveLength(1);
    mirror.heard(8);
    expect(asked).toHaveLength(2);
  });

  it("asks again while the server is away", async () => {
    const { mirror, asked, shown, answer } = server();
    void mirror.load();
    await answer(null);
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toHaveLength(2);
    await answer({ seq: 1, words: ["back"] });
    expect(shown.at(-1)?.words).toEqual(["back"]);
    expect(mirror.ready).toBe(true);
  });

  it("forgets a snapshot that a later load overtook", async () => {
    const { mirror, asked, shown } = server();
    void mirror.load();
    void mirror.load();
    asked[0]?.({ seq: 1, words: ["late"] });
    asked[1]?.({ seq: 2, words: ["right"] });
    await vi.advanceTimersByTimeAsync(0);
    expect(shown).toEqual([{ seq: 2, words: ["right"] }]);
  });
});
