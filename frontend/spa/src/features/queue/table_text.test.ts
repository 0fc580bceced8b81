import { describe, expect, it } from "vitest";
import type { CheckedRow } from "../../api/tables";
import { verdict } from "./table_card";
import { cellsOf, faultsByPlace, shownRows, textOf, withCell } from "./table_text";

const row = (line: number, faults: CheckedRow["faults"] = {}): CheckedRow => ({
  line,
  item: {},
  faults,
  points: 3,
  estimated_s: 1,
});

describe("a pasted table", () => {
  it("is parted by what stands most often in its heading", () => {
    expect(cellsOf("plan\tnum\nscan\t3\n").lines).toEqual([
      ["plan", "num"],
      ["scan", "3"],
    ]);
    expect(cellsOf("plan;detectors;num\nscan;det, camera;3").lines[1]).toEqual(["scan", "det, camera", "3"]);
  });

  it("keeps what is quoted, and counts empty lines as the server does", () => {
    const text = 'plan,note\n\nscan,"a ""b"", c\nd"\r\n';
    expect(cellsOf(text).lines).toEqual([["plan", "note"], [""], ["scan", 'a "b", c\nd']]);
  });

  it("is the same after it was read and written", () => {
    const text = 'plan,note\nscan,"a, ""b"""\n';
    expect(textOf(cellsOf(text))).toBe(text);
  });

  it("changes one cell, also one that was not there", () => {
    expect(withCell("plan,num\nscan,x\n", 2, 1, "21")).toBe("plan,num\nscan,21\n");
    expect(withCell("plan,num\nscan\n", 2, 1, "1,5")).toBe('plan,num\nscan,"1,5"\n');
  });
});

describe("faults of rows", () => {
  it("stand at their column, or beside the row where the column is missing", () => {
    const faults = { num: ["no number"], sample: ["needed"], row: ["too long"] };
    expect(faultsByPlace(row(2, faults), ["plan", "num"])).toEqual({
      cells: { num: ["no number"] },
      rest: ["sample: needed", "too long"],
    });
  });

  it("of a repeated parameter stand at the column of their group", () => {
    const faults = { args: ["group 1, stop: 99 is too far", "group 2, stop: too near", "group 3: no"] };
    expect(faultsByPlace(row(2, faults), ["motor", "stop", "stop_2"])).toEqual({
      cells: { stop: ["99 is too far"], stop_2: ["too near"] },
      rest: ["args: group 3: no"],
    });
  });

  it("are drawn before good rows when not all can be drawn", () => {
    const rows = [row(2), row(3), row(4, { num: ["no"] }), row(5)];
    expect(shownRows(rows, 2).map(({ line }) => line)).toEqual([2, 4]);
  });

  it("are counted, and a good table says what it comes to", () => {
    const rows = [row(2), row(3, { num: ["no"] })];
    expect(verdict({ rows, faulty: 1, points: 3, estimated_s: 1, text: null })).toMatch(
      /^1 row cannot run, 1 can/,
    );
    expect(verdict({ rows, faulty: 0, points: 6, estimated_s: 2, text: null })).toBe(
      "2 rows, 6 points, about 2 s",
    );
  });
});
