import { describe, expect, it } from "vitest";
import { peakStatistics } from "./peak";
import cases from "./peak_cases.json";

describe("peak statistics", () => {
  it.each(cases)("are those of the server for $name", ({ x, y, peak }) => {
    expect(peakStatistics(x as number[], y)).toEqual(peak);
  });

  it("find the width of a Gaussian: 2.355 sigma", () => {
    const x = Array.from({ length: 401 }, (_, index) => (index - 200) / 50);
    const found = peakStatistics(
      x,
      x.map((at) => 100 + 1000 * Math.exp(-((at - 0.5) ** 2) / (2 * 0.4 ** 2))),
    );
    expect(found?.fwhm).toBeCloseTo(2.355 * 0.4, 2);
    expect(found?.centre).toBeCloseTo(0.5, 3);
  });
});
