import { describe, expect, it } from "vitest";
import type { Queue, VisibleItem } from "../../api/queue";
import { startsIn, startText, totalText } from "./forecast";
import { dayBegins } from "./history";
import { stillWaiting, toggled } from "./order";

const NOW = new Date(2026, 0, 2, 12, 0, 0);
const ITEM: VisibleItem = {
  uid: "a",
  plan: "scan",
  parameters: {},
  state: "queued",
  position: 0,
  proposal: "P",
  submitted_by: "me",
  run_uids: [],
};
const queue = (more: Partial<Queue>): Queue => ({
  version: 1,
  is_held: false,
  hold_reason: "",
  stop_after_item: false,
  loops: false,
  ignores_failures: false,
  holds_when_empty: false,
  running: null,
  items: [ITEM],
  length: 1,
  eta: { seconds: 90, unknown: 0, starts_in_s: [0, 30] },
  ...more,
});

describe("when an item begins", () => {
  it("ages only while something runs", () => {
    expect(startsIn(queue({}), 10)).toEqual([0, 30]);
    expect(startsIn(queue({ running: ITEM }), 10)).toEqual([0, 20]);
  });

  it("is told by the clock, or from the start of a held queue", () => {
    const first = { inS: 0, isFirst: true, isHeld: false, now: NOW };
    expect(startText(ITEM, first)).toBe("next");
    const later = { ...first, isFirst: false, inS: 90 };
    expect(startText(ITEM, later)).toBe("in about 1:30, 12:01");
    expect(startText(ITEM, { ...later, isHeld: true })).toBe("1:30 after the start");
    expect(startText(ITEM, { ...later, isHeld: true, inS: 0.4 })).toBe("0:01 after the start");
    expect(startText(ITEM, { ...later, inS: 0 })).toBe("");
  });

  it("gives way to what keeps the item from running", () => {
    const obstacle = { code: "to_be_approved" as const, detail: "waits for somebody's approval" };
    const first = { inS: 0, isFirst: true, isHeld: false, now: NOW };
    expect(startText({ ...ITEM, obstacle }, first)).toBe("waits for somebody's approval");
    const timed = { code: "not_before" as const, detail: "", at: new Date(2026, 0, 2, 18).toISOString() };
    expect(startText({ ...ITEM, obstacle: timed }, first)).toBe("not before 18:00:00");
  });
});

describe("how long the queue takes", () => {
  it("says until when, and what it does not know", () => {
    expect(totalText(queue({}), 0, NOW)).toBe("About 1:30 in all, until 12:01");
    const eta = { seconds: 90, unknown: 2, starts_in_s: [] };
    expect(totalText(queue({ is_held: true, eta }), 0, NOW)).toBe(
      "About 1:30 in all; 2 items of unknown duration not counted",
    );
    expect(totalText(queue({ items: [] }), 0, NOW)).toBe("");
  });
});

describe("chosen items", () => {
  it("are those that still wait, in the order of the queue", () => {
    const items = [{ ...ITEM, uid: "b" }, { hidden: true as const, state: "queued", position: 1 }, ITEM];
    expect(stillWaiting(items, new Set(["a", "gone", "b"]))).toEqual(["b", "a"]);
    expect([...toggled(toggled(new Set(["a"]), "b"), "a")]).toEqual(["b"]);
  });
});

describe("a day of the history", () => {
  it("begins at midnight of this computer, and ends with the next", () => {
    expect(dayBegins("2026-01-31")).toBe(new Date(2026, 0, 31).toISOString());
    expect(dayBegins("2026-01-31", 1)).toBe(new Date(2026, 1, 1).toISOString());
    expect(dayBegins("")).toBe("");
  });
});
