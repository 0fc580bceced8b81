import { expect, test } from "vitest";
import { bodyOf, isLimit, isLock, NOTHING_ASKED } from "./locks";

const RULE = { uid: "u", text: "", group: "members", proposal: null, act: "move", pattern: "sx", note: "" };

test("a lock forbids to move, a limit is a range with the ends that were given", () => {
  expect(bodyOf({ ...NOTHING_ASKED, pattern: " shutter ", note: "leak" })).toEqual({
    pattern: "shutter",
    group: "members",
    note: "leak",
    kind: "device",
    effect: "forbid",
    act: "move",
  });
  const limit = bodyOf({ ...NOTHING_ASKED, what: "limit", pattern: "sx", minimum: "0" });
  expect(limit).toEqual({ pattern: "sx", group: "members", note: "", kind: "value", minimum: 0 });
});

test("locks and limits are told apart from the other rules", () => {
  const rule = (kind: string, effect: string) => ({ ...RULE, kind, effect });
  expect(isLock(rule("device", "forbid"))).toBe(true);
  expect(isLock(rule("device", "allow"))).toBe(false);
  expect(isLimit(rule("value", "allow"))).toBe(true);
  expect(isLimit(rule("plan", "forbid"))).toBe(false);
});
