import { expect, test } from "vitest";
import { inTwo, inWords } from "./metadata_words";

test("what people ask for comes apart from what programs wrote", () => {
  const [told, technical] = inTwo({
    uid: "a",
    sample: "LaB6",
    hints: {},
    plan_name: "scan",
    plan_pattern_args: {},
  });
  expect(told.map(([name]) => name)).toEqual(["plan_name", "sample"]);
  expect(technical.map(([name]) => name)).toEqual(["hints", "plan_pattern_args", "uid"]);
});

test("values are written as people read them, whatever they are", () => {
  expect(inWords("time", 0)).toBe("1970-01-01 00:00:00 UTC (0)");
  expect(inWords("time", 1e300)).toBe("1e+300");
  expect(inWords("motors", ["sx", "sy"])).toBe("sx, sy");
  expect(inWords("nested", [["sx"], 2])).toBe("[[sx],2]");
  expect(inWords("empty", [])).toBe("[]");
  expect(inWords("<b>", null)).toBe("null");
});
