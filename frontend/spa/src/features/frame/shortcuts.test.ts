import { describe, expect, it } from "vitest";
import { PLACES } from "./places";
import { SHORTCUTS, type Stroke, step, written } from "./shortcuts";

const stroke = (key: string, rest: Partial<Stroke> = {}): Stroke => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...rest,
});

describe("shortcuts", () => {
  it("writes a stroke as the table does", () => {
    expect(written(stroke("k", { ctrlKey: true }))).toBe("Ctrl+K");
    expect(written(stroke("k", { metaKey: true }))).toBe("Ctrl+K");
    expect(written(stroke("P"))).toBe("Shift+P");
    expect(written(stroke("?"))).toBe("?");
    expect(written(stroke("Escape"))).toBe("");
    expect(written(stroke("g", { altKey: true }))).toBe("");
  });

  it("takes two keys after each other to every page", () => {
    for (const { key, path } of PLACES) {
      const first = step("", stroke("g"), true);
      expect(first).toEqual({ shortcut: null, pending: "g" });
      expect(step(first.pending, stroke(key), true).shortcut?.to).toBe(path);
    }
  });

  it("forgets a first key that nothing follows from", () => {
    expect(step("g", stroke("z"), true)).toEqual({ shortcut: null, pending: "" });
    expect(step("", stroke("q"), true).shortcut).toBeNull();
  });

  it("leaves single keys alone when they are switched off", () => {
    expect(step("", stroke("?"), false).shortcut).toBeNull();
    expect(step("", stroke("k", { ctrlKey: true }), false).shortcut?.does).toBe("palette");
  });

  it("has each key once", () => {
    const keys = SHORTCUTS.map((one) => one.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });
});
