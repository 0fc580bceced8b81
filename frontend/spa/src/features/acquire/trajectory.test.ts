import { describe, expect, it } from "vitest";
import type { PlanDescription, PlanParameter } from "../../api/plans";
import { pathsOf } from "./trajectory";

const motor: PlanParameter = { name: "motor", kind: "positional", type: "device" };
const position = (name: string): PlanParameter => ({
  name,
  kind: "positional",
  type: "number",
  axis: "motor",
});
const num: PlanParameter = { name: "num", kind: "keyword", type: "integer", points: true };

function plan(repeat: PlanParameter[], more: PlanParameter[], product = false): PlanDescription {
  const args: PlanParameter = { name: "args", kind: "var_positional", type: "group", repeat, product };
  return { name: "plan", title: "", doc: "", parameters: [args, ...more] };
}

const SCAN = plan([motor, position("start"), position("stop")], [num]);
const GRID = plan([motor, position("start"), position("stop"), num], [], true);

describe("the path of a plan", () => {
  it("goes in equal steps, several motors together", () => {
    expect(
      pathsOf(SCAN, {
        args: [
          ["sx", 0, 2],
          ["sy", 1, 1],
        ],
        num: 3,
      }),
    ).toEqual({ sx: [0, 1, 2], sy: [1, 1, 1] });
  });

  it("goes over a grid row by row, or to and fro", () => {
    const args = [
      ["sy", 0, 1, 2],
      ["sx", 0, 2, 3],
    ];
    expect(pathsOf(GRID, { args })).toEqual({ sy: [0, 0, 0, 1, 1, 1], sx: [0, 1, 2, 0, 1, 2] });
    expect(pathsOf(GRID, { args, snake_axes: true }).sx).toEqual([0, 1, 2, 2, 1, 0]);
  });

  it("goes through a list", () => {
    const positions: PlanParameter = { ...position("positions"), type: "array" };
    expect(pathsOf(plan([motor, positions], []), { args: [["sx", [3, 1, 2]]] })).toEqual({ sx: [3, 1, 2] });
  });

  it("is not guessed when something is missing or too much", () => {
    expect(pathsOf(SCAN, { num: 3 })).toEqual({});
    expect(pathsOf(SCAN, { args: [["sx", 0, 2]] })).toEqual({});
    expect(
      pathsOf(GRID, {
        args: [
          ["sy", 0, 1, 1000],
          ["sx", 0, 2, 1000],
        ],
      }),
    ).toEqual({});
  });
});
