import { describe, expect, it } from "vitest";
import type { Grid } from "../live/grid";
import { drawMap } from "./map";

const GRID: Grid = {
  columns: 2,
  rows: 2,
  cells: Float64Array.from([1, 2, 3, 4]),
  fast: { name: "sx", units: "mm", low: 0, high: 2 },
  slow: { name: "sy", units: "", low: -1, high: 0 },
  signal: "det",
  low: 1,
  high: 4,
};

describe("the map of an embedded plot", () => {
  it("has a pixel for each cell and says where its axes begin and end", () => {
    const map = drawMap(GRID);
    const canvas = map.querySelector("canvas");
    expect([canvas?.width, canvas?.height]).toEqual([2, 2]);
    const words = (name: string) => [...map.querySelectorAll(`.${name} span`)].map((one) => one.textContent);
    expect(words("slow")).toEqual(["0", "sy", "-1"]);
    expect(words("fast")).toEqual(["0", "sx (mm)", "2"]);
  });
});
