import { describe, expect, it } from "vitest";
import type { Document } from "../api/runs";
import { AS_HINTED, choicesOf, withSignal } from "./drawing";
import { plotData } from "./plot_data";
import { motorOf, positionsOf } from "./positions";
import { RunBuffer } from "./run_buffer";
import { waterfallOf } from "./waterfall";
import { layWaterfall } from "./waterfall_layout";

const NUMBER = { dtype: "number", shape: [] };

function run(start: Document, data: Record<string, unknown[]>, extra: Document = {}): RunBuffer {
  const made = new RunBuffer("u");
  const keys = Object.keys(data);
  const count = data[keys[0] ?? ""]?.length ?? 0;
  const documents: [number, string, Document][] = [
    [0, "start", { time: 0, ...start }],
    [
      1,
      "descriptor",
      {
        uid: "d",
        name: "primary",
        data_keys: Object.fromEntries(keys.map((key) => [key, NUMBER])),
        hints: { det: { fields: ["det"] } },
        object_keys: Object.fromEntries(keys.map((key) => [key, [key]])),
        ...extra,
      },
    ],
  ];
  const numbers = Array.from({ length: count }, (_, row) => row + 1);
  made.apply({
    run: "u",
    first: 0,
    last: 1 + count,
    documents,
    events: [
      { ordinal_first: 2, ordinal_last: 1 + count, descriptor: "d", seq_num: numbers, time: numbers, data },
    ],
  });
  return made;
}

const SCAN = { motors: ["sx"], hints: { dimensions: [[["sx"], "primary"]] } };
const scan = () => run(SCAN, { sx: [0, 1, 2], det: [2, 8, 6], mon: [1, 2, 3], dark: [5, 5, 5] });

describe("what a person wants drawn", () => {
  it("is chosen from all columns of numbers but the plan's axes", () => {
    const made = scan();
    const stream = made.streams.get("primary");
    expect(stream && choicesOf(made, stream)).toEqual(["det", "mon", "dark"]);
  });

  it("may be several signals, per monitor, as slopes, on a logarithm", () => {
    const two = plotData(scan(), null, { ...AS_HINTED, signals: ["det", "dark"] });
    expect(two).toMatchObject({
      axes: { y: ["det", "dark"] },
      data: [
        [0, 1, 2],
        [2, 8, 6],
        [5, 5, 5],
      ],
    });
    const per = plotData(scan(), null, { ...AS_HINTED, monitor: "mon" });
    expect(per).toMatchObject({
      monitor: "mon",
      data: [
        [0, 1, 2],
        [4, 8, 4],
      ],
    });
    expect(per?.peak?.maxX).toBe(1);
    const slope = plotData(scan(), null, { ...AS_HINTED, isSlope: true, isLog: true });
    expect(slope).toMatchObject({
      data: [
        [0.5, 1.5],
        [6, null],
      ],
      series: [{ label: "slope of det" }],
    });
  });

  it("is as hinted in a run that has nothing of it", () => {
    const plot = plotData(scan(), null, { ...AS_HINTED, signals: ["gone"], monitor: "gone", view: "map" });
    expect(plot).toMatchObject({ axes: { y: ["det"] }, monitor: "", views: ["line"], grid: null });
  });

  it("keeps one signal", () => {
    expect(withSignal(["det"], "mon", true)).toEqual(["det", "mon"]);
    expect(withSignal(["det", "mon"], "det", false)).toEqual(["mon"]);
    expect(withSignal(["det"], "det", false)).toEqual(["det"]);
  });
});

const GRID = {
  motors: ["sy", "sx"],
  shape: [2, 3],
  hints: {
    dimensions: [
      [["sy"], "primary"],
      [["sx"], "primary"],
    ],
  },
};
const grid = () =>
  run(GRID, {
    sy: [0, 0, 0, 1, 1, 1],
    sx: [0, 1, 2, 2, 1, 0],
    det: [1, 2, 3, 4, 5, 6],
    mon: [1, 1, 1, 2, 2, 2],
  });

describe("a grid", () => {
  it("is a map, or lines, or its rows one after the other", () => {
    expect(plotData(grid())?.views).toEqual(["map", "line", "waterfall"]);
    const falling = plotData(grid(), null, { ...AS_HINTED, view: "waterfall" });
    expect(falling?.grid).toBeNull();
    expect(falling?.waterfall?.lines).toMatchObject([
      { x: [0, 1, 2], y: [1, 2, 3] },
      { x: [0, 1, 2], y: [6, 5, 4] },
    ]);
  });

  it("takes the signal and the monitor that are wanted", () => {
    const drawing = { ...AS_HINTED, signals: ["mon"] };
    expect(plotData(grid(), null, drawing)?.grid?.signal).toBe("mon");
    const per = plotData(grid(), null, { ...AS_HINTED, monitor: "mon" });
    expect(per?.grid?.cells[0]).toBe(1.5);
  });
});

describe("spectra", () => {
  it("are lines one after the other, the newest last", () => {
    const data_keys = { mca: { dtype: "array", shape: [3] } };
    const made = run(
      {},
      {
        mca: [
          [1, 2, 3],
          [4, null, 6],
        ],
      },
      { data_keys, hints: {} },
    );
    const stream = made.streams.get("primary");
    const falling = stream && waterfallOf(made, stream, AS_HINTED);
    expect(falling?.lines.map(({ y }) => y)).toEqual([
      [1, 2, 3],
      [4, null, 6],
    ]);
    const [first, last] = falling ? layWaterfall(falling, 100, 100) : [];
    expect(first?.[0]).toEqual([0, 35]);
    expect(last?.at(-1)).toEqual([100, 65]);
    expect(last).toHaveLength(2);
  });
});

describe("positions to go to", () => {
  const fit = {
    model: "gaussian",
    background: "none",
    message: "",
    numbers: { centre: { value: 1.2, error: 0.1 } },
    r2: 1,
    points: 9,
    x: [],
    y: [],
  };
  const peak = { maxX: 1, maxY: 9, minY: 0, centreOfMass: 1.1, fwhm: null, centre: null };

  it("begin with the centre of a good fit", () => {
    expect(positionsOf(peak, { ...fit, is_good: true }).map(({ name }) => name)).toEqual([
      "centre of the fit",
      "maximum",
      "centre of mass",
    ]);
    expect(positionsOf(peak, { ...fit, is_good: false })[0]?.name).toBe("maximum");
    expect(positionsOf(null, null)).toEqual([]);
  });

  it("are those of the motor that the scan moved, by column, device or part", () => {
    expect(motorOf(["sx"], {}, "sx")).toBe("sx");
    expect(motorOf(["sx"], {}, "det")).toBeNull();
    expect(motorOf(["mono.energy"], {}, "mono_energy")).toBe("mono.energy");
    expect(motorOf(["stage"], { stage: ["stage_x"] }, "stage_x")).toBe("stage");
    expect(motorOf(undefined, {}, "sx")).toBeNull();
  });
});
