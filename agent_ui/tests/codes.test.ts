import { describe, expect, it } from "vitest";
import { pathOf, search, trail } from "../src/features/desk/codes";
import type { Choice } from "../src/wire";

const choice = (code: string, zh: string, en: string, children: Choice[] = []): Choice => ({ code, label: { zh, en }, children });
const tree = [
  choice("bill", "账单", "Bills", [choice("bill.debt", "欠费", "Due", [choice("bill.debt.paid", "已缴未销", "Paid")])]),
  choice("other", "其他", "Other"),
];

describe("the tree of codes", () => {
  it("leads to a code", () => {
    expect(trail(tree, "bill.debt.paid").map((one) => one.code)).toEqual(["bill", "bill.debt", "bill.debt.paid"]);
    expect(trail(tree, "none")).toEqual([]);
  });

  it("names a code it does not know by itself", () => {
    expect(pathOf(tree, "old.code")).toBe("old.code");
  });

  it("finds leaves by any word on their way, in both languages", () => {
    expect(search(tree, "账单").map((one) => one.code)).toEqual(["bill.debt.paid"]);
    expect(search(tree, "PAID").map((one) => one.code)).toEqual(["bill.debt.paid"]);
    expect(search(tree, "nothing")).toEqual([]);
  });
});
