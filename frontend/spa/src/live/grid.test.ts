import { describe, expect, it } from "vitest";
import { cellInWords } from "../components/grid_plot";
import { gridOf, peakOfGrid } from "./grid";
import { placesOf } from "./positions";
import { RunBuffer } from "./run_buffer";
import { mainStream } from "./streams";

const DESCRIPTOR = {
  uid: "d",
  name: "primary",
  data_keys: { sy: {}, sx: {}, det: {} },
  hints: { det: { fields: ["det"] } },
};

function grid(start: object, points: [sy: number, sx: number, det: number][]) {
  const run = new RunBuffer("u");
  const hints = {
    dimensions: [
      [["sy"], "primary"],
      [["sx"], "primary"],
    ],
  };
  const column = (at: 0 | 1 | 2) => points.map((point) => point[at]);
  run.apply({
    run: "u",
    first: 0,
    last: 1 + points.length,
    documents: [
      [0, "start", { time: 0, hints, ...start }],
      [1, "descriptor", DESCRIPTOR],
    ],
    events: [
      {
        ordinal_first: 2,
        ordinal_last: 1 + points.length,
        descriptor: "d",
        seq_num: points.map((_, index) => index + 1),
        time: points.map((_, index) => index),
        data: { sy: column(0), sx: column(1), det: column(2) },
      },
    ],
  });
  const stream = mainStream(run);
  return stream && gridOf(run, stream);
}

describe("the live map", () => {
  it("puts snaked points where they belong and leaves the rest open", () => {
    const extents = [
      [0, 1],
      [0, 2],
    ];
    const made = grid({ shape: [2, 3], extents }, [
      [0, 0, 1],
      [0, 1, 2],
      [0, 2, 3],
      [1, 2, 6],
    ]);
    expect([...(made?.cells ?? [])]).toEqual([1, 2, 3, Number.NaN, Number.NaN, 6]);
    expect(made).toMatchObject({ low: 1, high: 6, signal: "det" });
  });

  it("is not made of a run that is no grid", () => {
    expect(grid({}, [[0, 0, 1]])).toBeNull();
    expect(grid({ shape: [3] }, [[0, 0, 1]])).toBeNull();
    expect(grid({ shape: [1e6, 1e6] }, [[0, 0, 1]])).toBeNull();
  });
});

describe("the peak of a map", () => {
  const extents = [
    [-1, 1],
    [0, 4],
  ];

  it("is the position of the highest cell and the middle of what rises, in the axes of the map", () => {
    const made = grid({ shape: [3, 3], extents }, [
      [-1, 0, 1],
      [-1, 2, 1],
      [-1, 4, 1],
      [0, 4, 5],
      [0, 2, 9],
      [0, 0, 1],
    ]);
    expect(made && peakOfGrid(made)).toEqual({ value: 9, maximum: [2, 0], centreOfMass: [8 / 3, 0] });
    expect(made && placesOf(made)).toEqual([
      { name: "maximum", positions: [2, 0] },
      { name: "centre of mass", positions: [2.6667, 0] },
    ]);
    expect(made && cellInWords(made, 2, 1)).toBe("5 at sx 4, sy 0");
    expect(made && cellInWords(made, 0, 2)).toBe("nothing yet at sx 0, sy 1");
  });

  it("is none as long as nothing rises", () => {
    const made = grid({ shape: [3, 3], extents }, [[-1, 0, 1]]);
    expect(made && peakOfGrid(made)).toBeNull();
    expect(made && placesOf(made)).toEqual([]);
  });
});
