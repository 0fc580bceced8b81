import { describe, expect, it } from "vitest";
import { peakStatistics } from "./peak";

describe("peak statistics", () => {
  it("find centre and width of a triangle", () => {
    const found = peakStatistics([0, 1, 2, 3, 4], [0, 5, 10, 5, 0]);
    expect(found).toMatchObject({ maxX: 2, maxY: 10, fwhm: 2, centre: 2, centreOfMass: 2 });
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

  it("say nothing of the width when a side is missing", () => {
    expect(peakStatistics([0, 1, 2], [0, 5, 10])).toMatchObject({ maxX: 2, fwhm: null, centre: null });
  });

  it("do not take a single high point for a peak", () => {
    expect(peakStatistics([0, 1, 2, 3, 4], [0, 1, 9, 1, 0])).toMatchObject({
      maxX: 2,
      fwhm: null,
      centre: null,
    });
  });

  it("say nothing of a flat line or of two points", () => {
    expect(peakStatistics([0, 1, 2], [1, 1, 1])).toBeNull();
    expect(peakStatistics([0, 1], [1, 2])).toBeNull();
  });
});
