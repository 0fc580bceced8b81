import { expect, test } from "vitest";
import type { Sample } from "../../api/samples";
import { layout, placeOf } from "./holder_layout";

const sample = (name: string, holder: string, position: string) =>
  ({ uid: name, name, holder, position }) as Sample;

test("a position is read as people write it", () => {
  expect(placeOf("B3")).toEqual({ row: 1, column: 2 });
  expect(placeOf("2, 4")).toEqual({ row: 1, column: 3 });
  expect(placeOf("5")).toEqual({ row: 0, column: 4 });
  expect(placeOf("13")).toEqual({ row: 1, column: 0 });
  for (const text of ["", "0", "left", "A0", "1,99", "999"]) expect(placeOf(text)).toBeNull();
});

test("a holder is drawn as far as it is used, with its empty places", () => {
  const { holders, others } = layout([
    sample("LaB6", "plate", "A1"),
    sample("Si", "plate", "B2"),
    sample("twin", "plate", "b2"),
    sample("loose", "", "A1"),
    sample("odd", "plate", "left edge"),
  ]);
  expect(holders).toHaveLength(1);
  expect(holders[0]?.columns).toBe(2);
  expect(holders[0]?.places.map(({ name, sample: held }) => [name, held?.name ?? ""])).toEqual([
    ["A1", "LaB6"],
    ["A2", ""],
    ["B1", ""],
    ["B2", "Si"],
  ]);
  expect(others.map(({ name }) => name)).toEqual(["twin", "loose", "odd"]);
});
