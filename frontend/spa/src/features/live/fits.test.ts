import { describe, expect, it } from "vitest";
import { toScale } from "../../components/format";
import { positionsOf } from "../../live/positions";
import { withFit } from "./finished_figure";
import { numberTyped } from "./fit_by_hand";
import { shownKeys } from "./live_table";
import { withError } from "./peak_card";
import { lineOf } from "./run_before";
import { fitQuestion, wishAlong } from "./use_fit";

describe("a fitted number", () => {
  it("is written to the second figure of its uncertainty", () => {
    expect(withError({ value: 1.200312, error: 0.00113 })).toBe("1.2003 ± 0.0011");
    expect(withError({ value: 8979.4, error: 0.25 })).toBe("8979.40 ± 0.25");
    expect(withError({ value: 1e-9, error: 1e-12 })).toBe("1.0000e-9 ± 1.0e-12");
    expect(withError({ value: 1234567, error: 1200 })).toBe("1234600 ± 1200");
    expect(withError({ value: 2.5, error: null })).toBe("2.5");
  });
});

describe("the fit of what is drawn", () => {
  it("is asked for a line with points, not for a map", () => {
    const wish = { model: "gaussian", background: "linear" } as const;
    const plot = {
      axes: { x: "sx", y: ["det"] },
      stream: "primary",
      state: "drawn",
      monitor: "",
      isSlope: true,
    };
    expect(fitQuestion(plot as never, wish)).toEqual({
      ...wish,
      stream: "primary",
      x: "sx",
      y: "det",
      monitor: "",
      isSlope: true,
    });
    expect(fitQuestion({ ...plot, grid: {} } as never, wish)).toBeNull();
    expect(fitQuestion({ ...plot, state: "waiting" } as never, wish)).toBeNull();
    expect(fitQuestion(plot as never, null)).toBeNull();
  });

  it("is a line of its own in the finished figure", () => {
    const figure = { data: [{ name: "det" }], layout: { yaxis: { title: "det" } } };
    const fit = { model: "error_function", x: [0, 1], y: [2, 3] };
    const made = withFit(figure, true, fit as never);
    expect(made.data.map(({ name }) => name)).toEqual(["det", "error function"]);
    expect(made.layout.yaxis).toEqual({ title: "det", type: "log" });
    expect(withFit(figure, false, null)).toEqual(figure);
  });
});

describe("what a person says of a fit", () => {
  const wish = { model: "gaussian", background: "linear", low: 1, centre: 2, along: "sx" } as const;

  it("holds for positions of the motor that it was said of", () => {
    expect(wishAlong(wish, "sx")).toBe(wish);
    expect(wishAlong(wish, "sy")).toEqual({ model: "gaussian", background: "linear" });
    expect(wishAlong(null, "sx")).toBeNull();
  });

  it("is a number, or nothing at all", () => {
    expect(numberTyped(" −1,5 ")).toBe(-1.5);
    expect(numberTyped("")).toBeUndefined();
    expect(numberTyped("x")).toBeNull();
    expect(numberTyped("Infinity")).toBeNull();
    expect(numberTyped("0", true)).toBeNull();
  });
});

describe("a position", () => {
  it("is told as exactly as the width that it is a part of", () => {
    expect(toScale(1.1915942, 1.4)).toBe("1.1916");
    expect(toScale(7112.123456, 0.02)).toBe("7112.123456");
    expect(toScale(1.2, 0)).toBe("1.2");
    expect(toScale(null, 1)).toBe("–");
  });

  it("is gone to as exactly as the scan can tell", () => {
    const peak = { maxX: 1.2, maxY: 5, minY: 0, centreOfMass: 1.23456789, fwhm: 1.4, centre: 1.1915942 };
    expect(positionsOf(peak, null)).toEqual([
      { name: "centre", positions: [1.1916] },
      { name: "maximum", positions: [1.2] },
      { name: "centre of mass", positions: [1.2346] },
    ]);
  });
});

describe("the run before", () => {
  const plot = (x: string, data: unknown) => ({ axes: { x, y: ["det"] }, data }) as never;

  it("is drawn where it is over the same x, without what is no number", () => {
    const other = plot("sx", [
      [0, 1, 2],
      [5, null, 7],
    ]);
    expect(lineOf(plot("sx", [[]]), other)).toEqual({ x: [0, 2], y: [5, 7] });
    expect(lineOf(plot("sy", [[]]), other)).toBeNull();
    expect(lineOf(plot("sx", [[]]), null)).toBeNull();
  });
});

describe("the table of points", () => {
  it("has no column for pictures in files", () => {
    const stream = {
      columns: new Map([
        ["det", []],
        ["camera", []],
      ]),
      descriptor: { data_keys: { det: {}, camera: { external: "STREAM:" } } },
    };
    expect(shownKeys(stream as never)).toEqual(["det"]);
  });
});
