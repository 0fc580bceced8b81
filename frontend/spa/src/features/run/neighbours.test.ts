import { expect, test } from "vitest";
import { beside, nearest } from "./neighbours";

const RUN = { uid: "b", time: 1000.5, beamline: "demo", proposal: "P-1" };

test("runs beside this one are asked for from its moment on, at its place, the nearest first", () => {
  expect(beside(RUN, "before")).toEqual({
    beamline: "demo",
    proposal: "P-1",
    until: "1970-01-01T00:16:40.501Z",
    sort: "-time",
    limit: 3,
  });
  expect(beside({ ...RUN, proposal: null }, "after")).toEqual({
    beamline: "demo",
    since: "1970-01-01T00:16:40.499Z",
    sort: "time",
    limit: 3,
  });
});

test("the run itself and runs of the other side are not beside it", () => {
  const found = [
    { uid: "c", time: 1000.5004 },
    { uid: "b", time: 1000.5 },
    { uid: "a", time: 990 },
  ];
  expect(nearest(RUN, "before", found)?.uid).toBe("a");
  expect(nearest(RUN, "after", [...found].reverse())?.uid).toBe("c");
  expect(nearest(RUN, "before", [RUN])).toBeNull();
});
