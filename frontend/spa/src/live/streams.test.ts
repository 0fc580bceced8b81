import { describe, expect, it } from "vitest";
import { plotData } from "./plot_data";
import { RunBuffer } from "./run_buffer";
import { dimensionsOf, expectedRange, mainStream, pointsOf, streamNames } from "./streams";

const SCAN = {
  uid: "u",
  time: 100,
  detectors: ["det"],
  motors: ["sx"],
  hints: { dimensions: [[["sx"], "primary"]] },
  plan_pattern: "inner_product",
  plan_pattern_args: { num: 21, args: ["<Motor sx>", 3, -1] },
};
const BASELINE = { uid: "b", name: "baseline", data_keys: { ring: { units: "mA" }, theta: {} }, hints: {} };
const PRIMARY = {
  uid: "p",
  name: "primary",
  data_keys: { sx: { units: "mm" }, det: {} },
  hints: { det: { fields: ["det"] }, sx: { fields: ["sx"] } },
};
const reading = { descriptor: "b", seq_num: 1, time: 100, data: { ring: 300, theta: 0 } };
const point = { descriptor: "p", seq_num: 1, time: 101, data: { sx: -1, det: 5 } };

function run(...documents: [name: string, doc: object][]): RunBuffer {
  const made = new RunBuffer("u");
  made.apply({
    run: "u",
    first: 0,
    last: documents.length - 1,
    documents: documents.map(([name, doc], index) => [index, name, doc as Record<string, unknown>]),
  });
  return made;
}

describe("a run that has only read its baseline", () => {
  const begun = run(["start", SCAN], ["descriptor", BASELINE], ["event", reading]);

  it("shows the axes of the plan, and that the first point is still to come", () => {
    expect(mainStream(begun)).toBeNull();
    const plot = plotData(begun);
    expect(plot).toMatchObject({ axes: { x: "sx", y: ["det"] }, state: "waiting", stream: "primary" });
    expect(plot?.data).toEqual([[], []]);
    expect(plot?.expected).toEqual([-1, 3]);
  });

  it("keeps the axis of the plan while points come, unless they come elsewhere, and lets go of it at the end", () => {
    const documents = (sx: number): [string, object][] => [
      ["start", SCAN],
      ["descriptor", PRIMARY],
      ["event", { ...point, data: { sx, det: 5 } }],
    ];
    expect(plotData(run(...documents(-1)))?.expected).toEqual([-1, 3]);
    expect(plotData(run(...documents(8)))?.expected).toBeNull();
    expect(plotData(run(...documents(-1), ["stop", { exit_status: "success" }]))?.expected).toBeNull();
  });

  it("shows the baseline to who picks it", () => {
    expect(streamNames(begun)).toEqual(["primary", "baseline"]);
    const plot = plotData(begun, "baseline");
    expect(plot).toMatchObject({ axes: { x: "seq_num" }, state: "drawn", stream: "baseline" });
  });

  it("says that there was no point when it ended so", () => {
    const ended = run(["start", SCAN], ["descriptor", BASELINE], ["event", reading], ["stop", {}]);
    expect(plotData(ended)?.state).toBe("empty");
    expect(streamNames(ended)).toEqual(["baseline"]);
  });
});

describe("the stream of a run", () => {
  it("is the one that the hints name, with its units before its first point", () => {
    const opened = run(["start", SCAN], ["descriptor", BASELINE], ["descriptor", PRIMARY]);
    expect(plotData(opened)).toMatchObject({ xLabel: "sx (mm)", state: "waiting" });
    const other = { ...SCAN, hints: { dimensions: [[["sx"], "fast"]] } };
    expect(plotData(run(["start", other]))).toMatchObject({ stream: "fast", axes: { x: "sx" } });
  });

  it("is drawn from its first point on", () => {
    const taken = run(["start", SCAN], ["descriptor", PRIMARY], ["event", point]);
    expect(plotData(taken)).toMatchObject({ data: [[-1], [5]], state: "drawn" });
  });

  it("is another one of the measurement where there is none of that name", () => {
    const flown = { ...PRIMARY, name: "flyer" };
    expect(mainStream(run(["start", { uid: "u" }], ["descriptor", flown], ["event", point]))?.name).toBe(
      "flyer",
    );
  });

  it("is waited for as a map when the plan moves over a grid", () => {
    const grid = {
      ...SCAN,
      hints: {
        dimensions: [
          [["sy"], "primary"],
          [["sx"], "primary"],
        ],
      },
      shape: [2, 3],
      extents: [
        [-1, 0],
        [0, 2],
      ],
    };
    const plot = plotData(run(["start", grid], ["descriptor", BASELINE], ["event", reading]));
    expect(plot).toMatchObject({ state: "waiting", grid: { rows: 2, columns: 3, signal: "det" } });
    expect(plot?.grid?.fast).toMatchObject({ name: "sx", low: 0, high: 2 });
  });
});

describe("hints of a start document", () => {
  it("are made up for by the last motor where there are none", () => {
    expect(dimensionsOf({ motors: ["sy", "sx"] })).toEqual([[["sx"], "primary"]]);
    expect(dimensionsOf({ motors: ["sx"], hints: {} })).toEqual([[["sx"], "primary"]]);
    for (const motors of ["sx", [], [3], null]) expect(dimensionsOf({ motors })).toEqual([]);
    expect(dimensionsOf({ motors: ["sx"], hints: { dimensions: [] } })).toEqual([]);
  });

  it("are taken only where they are what they should be", () => {
    expect(dimensionsOf({ hints: { dimensions: "sx" } })).toEqual([]);
    expect(
      dimensionsOf({
        hints: {
          dimensions: [
            ["sx", "primary"],
            [["sy"], 3],
          ],
        },
      }),
    ).toEqual([]);
    expect(expectedRange({ extents: [["a", 1]] })).toBeNull();
    expect(expectedRange({ plan_pattern: "inner_list_product" })).toBeNull();
  });
});

describe("a run that flies", () => {
  const external = { ...PRIMARY, data_keys: { frame: { shape: [4, 4], external: "STREAM:" } }, hints: {} };
  const datum = (stop: number) => ({ descriptor: "p", stream_resource: "r", seq_nums: { start: 1, stop } });
  const flying = run(
    ["start", { ...SCAN, hints: { dimensions: [[["fly_x"], "fly_x"]] } }],
    ["descriptor", external],
    ["stream_resource", { uid: "r", data_key: "frame" }],
    ["stream_datum", datum(51)],
  );

  it("counts the frames that its files hold, and says that there are no numbers to draw", () => {
    const stream = mainStream(flying);
    expect(stream && pointsOf(flying, stream)).toBe(50);
    expect(plotData(flying)?.state).toBe("frames");
  });

  it("counts events where there are more of them", () => {
    const stepped = run(["start", SCAN], ["descriptor", PRIMARY], ["event", point]);
    const stream = mainStream(stepped);
    expect(stream && pointsOf(stepped, stream)).toBe(1);
  });
});
