import { describe, expect, it } from "vitest";
import { drawLine, track } from "./line";

describe("the line of an embedded plot", () => {
  it("has a hole where values are missing", () => {
    expect(track([0, 1, 2, 3], [1, null, 3, 4], Number, Number)).toBe("M0.0 1.0M2.0 3.0L3.0 4.0");
  });

  it("says where its axes begin and end", () => {
    const texts = [
      ...drawLine([
        [0, 10],
        [5, 7],
      ]).querySelectorAll("text"),
    ].map((one) => one.textContent);
    expect(texts).toEqual(["7", "5", "0", "10"]);
  });

  it("draws one value in the middle", () => {
    expect(
      drawLine([[1], [2]])
        .querySelector("path")
        ?.getAttribute("d"),
    ).toMatch(/^M\d/);
  });
});
