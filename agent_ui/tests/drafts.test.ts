import { createPinia, setActivePinia } from "pinia";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, Refused } from "../src/api";
import deskCases from "../src/cases/desk.json";
import { useDrafts } from "../src/drafts";
import type { CallCard } from "../src/wire";

const call = deskCases.find((one) => one.result.call)?.result.call as unknown as CallCard;
const away = new Refused(0, { code: "away", zh: "", en: "", fields: {} });

beforeEach(() => {
  vi.useFakeTimers({ now: 1_763_822_400_000 });
  localStorage.clear();
  setActivePinia(createPinia());
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("a half-typed wrap-up", () => {
  it("goes to the server once, 400 ms after the last key", async () => {
    const put = vi.spyOn(api, "note").mockResolvedValue({ ok: true });
    const drafts = useDrafts();
    drafts.open("lin");
    drafts.of(call);
    drafts.type(call.id, { text: "a" });
    await vi.advanceTimersByTimeAsync(300);
    drafts.type(call.id, { text: "ab", code: "x" });
    expect(drafts.kept(call.id)).toBe("saving");
    await vi.advanceTimersByTimeAsync(400);
    expect(put.mock.calls).toEqual([[call.id, { text: "ab", code: "x" }]]);
    expect(drafts.kept(call.id)).toBe("saved");
  });

  it("stays in the browser while the server is away, and is sent when it is back", async () => {
    const put = vi.spyOn(api, "note").mockRejectedValueOnce(away).mockResolvedValue({ ok: true });
    const drafts = useDrafts();
    drafts.open("lin");
    drafts.of(call);
    drafts.type(call.id, { text: "kept" });
    await vi.advanceTimersByTimeAsync(400);
    expect(drafts.kept(call.id)).toBe("local");
    await vi.advanceTimersByTimeAsync(3000);
    expect(put).toHaveBeenCalledTimes(2);
    expect(drafts.kept(call.id)).toBe("saved");
  });

  it("is there after a reload, wins over the older copy of the server, and is sent", async () => {
    vi.spyOn(api, "note").mockRejectedValue(away);
    const before = useDrafts();
    before.open("lin");
    before.of(call);
    before.type(call.id, { text: "typed", code: "c" });
    setActivePinia(createPinia());
    const put = vi.spyOn(api, "note").mockResolvedValue({ ok: true });
    put.mockClear();
    const after = useDrafts();
    after.open("lin");
    expect(after.of({ ...call, note: "older", code: "" })).toMatchObject({ text: "typed", code: "c" });
    await vi.advanceTimersByTimeAsync(10);
    expect(put).toHaveBeenCalledWith(call.id, { text: "typed", code: "c" });
  });

  it("of another person is not shown", () => {
    vi.spyOn(api, "note").mockRejectedValue(away);
    const drafts = useDrafts();
    drafts.open("lin");
    drafts.of(call);
    drafts.type(call.id, { text: "mine" });
    drafts.open("zhao");
    expect(drafts.all).toEqual([]);
  });

  it("is parked when the next call comes, and gone once it is sent or was never typed", () => {
    vi.spyOn(api, "note").mockResolvedValue({ ok: true });
    const drafts = useDrafts();
    drafts.open("lin");
    drafts.of(call);
    drafts.of({ ...call, id: "2", note: "" });
    drafts.type(call.id, { text: "half" });
    drafts.tidy("3");
    expect(drafts.all.map((one) => one.call)).toEqual([call.id]);
    drafts.drop(call.id);
    expect(drafts.all).toEqual([]);
    expect(localStorage).toHaveLength(0);
  });
});
