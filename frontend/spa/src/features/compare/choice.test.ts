import { describe, expect, it } from "vitest";
import { withOneMore, withRuns } from "./choice";

const runs = (...colours: number[]) => colours.map((colour) => ({ uid: `run-${colour}`, colour }));

describe("the address of a comparison", () => {
  it("names runs alone while their colours are by place", () => {
    expect(withRuns(new URLSearchParams("run=old&colours=3&mode=offset"), runs(1, 2)).toString()).toBe(
      "mode=offset&run=run-1&run=run-2",
    );
  });

  it("keeps the colours of those that stay when one is left out or made first", () => {
    expect(withRuns(new URLSearchParams(), runs(1, 3)).get("colours")).toBe("1,3");
    expect(withRuns(new URLSearchParams(), runs(2, 1)).get("colours")).toBe("2,1");
  });

  it("gives one more run the first colour that is free", () => {
    expect(withOneMore(runs(1, 3), "new").at(-1)).toEqual({ uid: "new", colour: 2 });
    expect(withOneMore(runs(2, 1), "new").at(-1)).toEqual({ uid: "new", colour: 3 });
  });
});
