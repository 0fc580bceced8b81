import { describe, expect, it } from "vitest";
import { withFit } from "./finished_figure";
import { withError } from "./peak_card";
import { fitQuestion } from "./use_fit";

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
