import { describe, expect, it } from "vitest";
import type { VisibleItem } from "../../api/queue";
import { asItem, asRest } from "./copy_as";
import { isAnyWish, NO_WISHES, parseWishes, wishesOf } from "./wishes";

const local = new Date(2026, 0, 31, 8, 5);

describe("when an item may run", () => {
  it("is sent only as far as it was said", () => {
    expect(parseWishes(NO_WISHES)).toEqual({ wishes: {}, errors: {} });
    const texts = { priority: "-5", notBefore: "2026-01-31T08:05", note: "after lunch", waitsFor: "a b" };
    expect(parseWishes(texts).wishes).toEqual({
      priority: -5,
      not_before: local.toISOString(),
      note: "after lunch",
      waits_for: ["a", "b"],
    });
  });

  it("is taken back by emptying its fields", () => {
    const item = { priority: 3, not_before: local.toISOString(), note: "n" } as VisibleItem;
    const before = wishesOf(item);
    expect(before).toEqual({ priority: "3", notBefore: "2026-01-31T08:05", note: "n", waitsFor: "" });
    expect(isAnyWish(before)).toBe(true);
    expect(parseWishes(before, before).wishes).toEqual({});
    expect(parseWishes(NO_WISHES, before).wishes).toEqual({ priority: 0, not_before: null, note: "" });
  });

  it("is refused beside its field", () => {
    expect(parseWishes({ ...NO_WISHES, priority: "1.5" }).errors.priority?.[0]).toContain("whole number");
  });
});

describe("copies of the form", () => {
  it("say that they queue, and name the key as the documentation does", () => {
    const text = asRest("http://host", "demo", { plan: "scan" });
    expect(text).toMatch(/^# adds scan to the queue of demo/);
    expect(text).toContain('"Authorization: ApiKey $KEY"');
  });

  it("are the item as the queue takes it", () => {
    expect(JSON.parse(asItem({ plan: "scan", proposal: "P" }))).toEqual({ plan: "scan", proposal: "P" });
  });
});
