import { describe, expect, it } from "vitest";
import { extremes, path, withNewest } from "./trend_data";

describe("a trend", () => {
  it("keeps an hour and takes no value twice", () => {
    let trend = { time: [0, 10], value: [1, 2] };
    trend = withNewest(trend, 10, 5);
    expect(trend.time).toEqual([0, 10]);
    trend = withNewest(trend, 3_605, 3);
    expect(trend).toEqual({ time: [10, 3_605], value: [2, 3] });
  });

  it("goes in steps from edge to edge", () => {
    const trend = { time: [0, 50, 100], value: [0, 10, 5] };
    const range = extremes(trend);
    expect(range).toEqual({ low: 0, high: 10, from: 0, to: 100 });
    if (range) expect(path(trend, range, 100, 108)).toBe("M0.0 104.0H50.0V4.0H100.0V54.0H100");
  });

  it("draws a value that never changes in the middle", () => {
    const trend = { time: [0, 1], value: [7, 7] };
    const range = extremes(trend);
    if (range) expect(path(trend, range, 10, 20)).toContain("10.0");
  });

  it("is nothing without values", () => {
    expect(extremes({ time: [], value: [] })).toBeNull();
  });
});
