import { describe, expect, it } from "vitest";
import {
  type Built,
  builtOf,
  faultsOf,
  type Loop,
  NEW_LOOP,
  planOf,
  pointsOf,
  positionsOf,
  stepOf,
} from "./loops";

const loop = (more: Partial<Loop>): Loop => ({ ...NEW_LOOP, ...more });
const built = (loops: Loop[], more: Partial<Built> = {}): Built => ({
  detectors: ["det"],
  loops,
  isRelative: false,
  snakes: false,
  num: "3",
  delay: "",
  ...more,
});
const SX = loop({ motor: "sx", start: "-1", stop: "1", num: "5" });
const SY = loop({ motor: "sy", start: "0", stop: "2", num: "3" });
const LOG = loop({ motor: "sy", spacing: "log", start: "1", stop: "100", num: "3" });
const LIST = loop({ motor: "theta", spacing: "list", positions: "0, 10; 45" });

describe("a scan that is built from loops", () => {
  it("lays positions out", () => {
    expect(positionsOf(SX)).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(positionsOf(LOG)).toEqual([1, 10, 100]);
    expect(positionsOf(LIST)).toEqual([0, 10, 45]);
    expect(positionsOf(loop({ start: "2", stop: "3", num: "1" }))).toEqual([2]);
  });

  it("becomes the plainest plan that does it", () => {
    expect(planOf(built([]))).toEqual({ plan: "count", parameters: { detectors: ["det"], num: 3 } });
    expect(planOf(built([SX]))).toEqual({
      plan: "scan",
      parameters: { detectors: ["det"], args: [["sx", -1, 1]], num: 5 },
    });
    expect(planOf(built([LIST], { isRelative: true })).plan).toBe("rel_list_scan");
    expect(planOf(built([SY, SX], { snakes: true }))).toEqual({
      plan: "grid_scan",
      parameters: {
        detectors: ["det"],
        args: [
          ["sy", 0, 2, 3],
          ["sx", -1, 1, 5],
        ],
        snake_axes: true,
      },
    });
  });

  it("takes lists as soon as one loop is not linear", () => {
    expect(planOf(built([LOG, SX]))).toEqual({
      plan: "list_grid_scan",
      parameters: {
        detectors: ["det"],
        args: [
          ["sy", [1, 10, 100]],
          ["sx", [-1, -0.5, 0, 0.5, 1]],
        ],
      },
    });
    expect(pointsOf(built([LOG, SX]))).toBe(15);
  });

  it("says what is missing, loop by loop", () => {
    expect(faultsOf(built([SX]))).toEqual([]);
    expect(faultsOf(built([NEW_LOOP], { detectors: [] }))).toHaveLength(3);
    expect(faultsOf(built([loop({ ...LOG, start: "0" })]))[0]).toContain("above 0");
    expect(faultsOf(built([SX, SX]))).toEqual(["sx moves in two loops."]);
    expect(faultsOf(built([loop({ ...LIST, positions: "1 two" })]))).toEqual(["theta: “two” is no number."]);
  });

  it("comes back from the plan that it was saved as", () => {
    const inner = loop({ motor: "sx", start: "0", stop: "1", num: "2" });
    for (const one of [
      built([SX], { num: "1" }),
      built([SY, inner], { snakes: true, isRelative: true, num: "1" }),
      built([loop({ motor: "theta", spacing: "list", positions: "0, 10, 45" })], { num: "1" }),
      built([], { num: "3", delay: "0.5" }),
      built([SX], { num: "1", delay: "0.2" }),
      built([LOG], { num: "1", isRelative: true }),
      built([loop({ ...LOG, start: "0.01", stop: "37", num: "7" }), SX], { num: "1", delay: "1" }),
    ]) {
      expect(builtOf(planOf(one))).toEqual(one);
    }
    expect(planOf(builtOf(planOf(built([LOG]))) ?? built([]))).toEqual(planOf(built([LOG])));
  });

  it("keeps a list that only looks spaced", () => {
    const list = loop({ motor: "sx", spacing: "list", positions: "1, 10, 100.0001" });
    expect(builtOf(planOf(built([list], { num: "1" })))?.loops[0]).toEqual(list);
  });

  it("tells the step of an even loop, and refuses a delay that is none", () => {
    expect(stepOf(SX)).toBe(0.5);
    expect([stepOf(LOG), stepOf(LIST), stepOf(NEW_LOOP), stepOf(loop({ ...SX, num: "1" }))]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(faultsOf(built([SX], { delay: "soon" }))).toHaveLength(1);
    expect(faultsOf(built([SX], { delay: "-1" }))).toHaveLength(1);
  });

  it("is not made of what it cannot say", () => {
    const det = { detectors: ["det"] };
    expect(builtOf({ plan: "spiral", parameters: det })).toBeNull();
    expect(
      builtOf({ plan: "scan", parameters: { ...det, args: [["sx", 0, 1]], num: 2, per_step: 1 } }),
    ).toBeNull();
    expect(builtOf({ plan: "scan", parameters: { ...det, args: [["sx", "a", 1]], num: 2 } })).toBeNull();
    expect(builtOf({ plan: "count", parameters: { detectors: "det" } })).toBeNull();
  });
});
