import { expect, test } from "vitest";
import type { DrawnFigure } from "../../api/figures";
import { type Measured, statisticsOf } from "../../api/fits";
import { peakQuestion } from "./run_peak";

const LINE = { stream: "primary", x: "sx", y: ["det", "mon"], slow: "" } as DrawnFigure;

test("the first signal of a line is measured over its x; a map is not", () => {
  const asked = peakQuestion(LINE, "mon");
  expect(asked).toMatchObject({ stream: "primary", x: "sx", y: "det", monitor: "mon" });
  expect(peakQuestion({ ...LINE, slow: "sy" }, "")).toBeNull();
  expect(peakQuestion({ ...LINE, y: [] }, "")).toBeNull();
});

test("the server's peak is told as the page tells its own", () => {
  const peak = { max_x: 1, max_y: 9, min_y: 2, centre_of_mass: 1.5, fwhm: null, centre: null };
  expect(statisticsOf({ peak } as Measured)).toEqual({
    maxX: 1,
    maxY: 9,
    minY: 2,
    centreOfMass: 1.5,
    fwhm: null,
    centre: null,
  });
  expect(statisticsOf({ peak: null } as Measured)).toBeNull();
});
