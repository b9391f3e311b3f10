import { describe, expect, it } from "vitest";
import boardCases from "../src/cases/board.json";
import deskCases from "../src/cases/desk.json";
import { applyBoard, applyDesk } from "../src/reduce";
import type { Board, BoardChange, Desk, DeskChange } from "../src/wire";

interface Case<Whole, Change> { readonly name: string; readonly snapshot: Whole; readonly changes: readonly Change[]; readonly result: Whole }

describe("a desk", () => {
  it.each(deskCases as unknown as Case<Desk, DeskChange>[])("$name", ({ snapshot, changes, result }) => {
    const before = structuredClone(snapshot);
    expect(changes.reduce(applyDesk, snapshot)).toEqual(result);
    expect(snapshot).toEqual(before);
  });
});

describe("a board", () => {
  it.each(boardCases as unknown as Case<Board, BoardChange>[])("$name", ({ snapshot, changes, result }) => {
    const before = structuredClone(snapshot);
    expect(changes.reduce(applyBoard, snapshot)).toEqual(result);
    expect(snapshot).toEqual(before);
  });
});
