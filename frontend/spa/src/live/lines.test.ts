import { describe, expect, it } from "vitest";
import { shareOf } from "../components/grid_picture";
import { type Line, normalised, positive, slopes, thinned } from "./lines";

describe("lines before they are drawn", () => {
  it("are divided by a monitor and keep their unit", () => {
    expect(normalised([10, 20, 30], [1, 2, 0])).toEqual([15, 15, Number.NaN]);
  });

  it("become slopes between their points; a point taken twice at one place gives none", () => {
    expect(slopes([0, 2, 2, 4], [[0, 4, 5, null]])).toEqual([
      [1, 3],
      [2, null],
    ]);
    expect(slopes([], [[]])).toEqual([[], []]);
  });

  it("leave a logarithm out where there is none", () => {
    expect(positive([1, 0, -1, null])).toEqual([1, null, null, null]);
  });

  it("are thinned with every peak kept", () => {
    const x = Array.from({ length: 100_000 }, (_, row) => row);
    const flat: Line = x.map(() => 1);
    flat[54_321] = 99;
    flat[54_322] = -99;
    const [thinX, y] = thinned([x, flat], 1_000);
    expect(thinX.length).toBeLessThanOrEqual(1_002);
    expect([thinX[0], thinX.at(-1)]).toEqual([0, 99_999]);
    expect(thinX[y?.indexOf(99) ?? -1]).toBe(54_321);
    expect(thinX[y?.indexOf(-99) ?? -1]).toBe(54_322);
    expect(thinX).toEqual([...thinX].sort((a, b) => a - b));
  });

  it("stay as they are where they are few, and survive stretches without a value", () => {
    const few: [number[], ...Line[]] = [
      [1, 2],
      [3, null],
    ];
    expect(thinned(few, 10)).toBe(few);
    expect(
      thinned(
        [
          [1, 2, 3, 4, 5],
          [null, null, null, null, null],
        ],
        2,
      )[0],
    ).toEqual([1, 5]);
  });
});

describe("places in a colour scale", () => {
  it("are even, or by the logarithm", () => {
    expect(shareOf(5, 0, 10, false)).toBe(0.5);
    expect(shareOf(10, 1, 100, true)).toBeCloseTo(0.5);
    expect(shareOf(0, 0, 100, true)).toBe(0);
    expect(shareOf(3, 3, 3, false)).toBe(0);
    expect(shareOf(-1, -2, 0, true)).toBe(0.5);
  });
});
