import { describe, expect, it } from "vitest";
import boardCases from "../src/cases/board.json";
import { abandonRate, answerRate, levelTone, longestSince, percent, serviceLevel, share, total, unexplained, waitTone } from "../src/features/board/figures";
import { clock, yuan } from "../src/time";
import type { Board } from "../src/wire";

const board = boardCases[0]?.snapshot as unknown as Board;
const queues = Object.values(board.queues);
const gas = queues.find((row) => row.id === "gas");
if (!gas) throw new Error("no such queue in the cases");

describe("figures", () => {
  it("say nothing when there were no calls", () => {
    expect(percent(share(0, 0))).toBe("-");
    expect(longestSince([{ ...gas, longest_since_ms: null }])).toBeNull();
  });

  it("follow their formulas", () => {
    expect(serviceLevel(gas)).toBeCloseTo(344 / (389 + 23 - 12));
    expect(answerRate(gas)).toBeCloseTo(389 / 412);
    expect(abandonRate(gas)).toBeCloseTo(11 / 412);
    expect(total(queues).answered).toBe(389 + 95);
    expect(percent(1)).toBe("100%");
  });

  it("turn amber at the promise and red at three times that", () => {
    expect([null, 19, 20, 59, 60].map((seconds) => waitTone(gas, seconds))).toEqual(["", "", "warn", "warn", "bad"]);
    expect([0.9, 0.89, 0.79, null].map((level) => levelTone(level, 0.9))).toEqual(["", "warn", "bad", ""]);
  });

  it("find the call that the book cannot explain", () => {
    expect(unexplained(board.book)).toBe(0);
    expect(unexplained({ ...board.book, offered: board.book.offered + 1 })).toBe(1);
  });

  it("read as people write them", () => {
    expect([0, 59, 60, 3725, -3].map(clock)).toEqual(["00:00", "00:59", "01:00", "1:02:05".padStart(8, "0"), "00:00"]);
    expect([28640, 5, 0, 123456789, -250].map(yuan)).toEqual(["¥286.40", "¥0.05", "¥0.00", "¥1,234,567.89", "-¥2.50"]);
  });
});
