import { describe, expect, it } from "vitest";
import type { RunDocument } from "../../api/runs";
import { differences } from "../compare/differences";
import { percentOf, sizeText } from "../exports/job_facts";
import { choiceFrom, exportOptions, withChoice, withStream } from "./choice";
import { Replay } from "./replay";
import { typedValue } from "./typed_value";

describe("what is drawn of a run", () => {
  it("stands in the address, and only what differs from the hints", () => {
    const search = new URLSearchParams("x=sx&y=det&y=a%2Cb%2Fc&log=y,evil&tab=1");
    const choice = choiceFrom(search, "primary");
    expect(choice).toEqual({
      stream: "primary",
      x: "sx",
      y: ["det", "a,b/c"],
      slow: "",
      per: "",
      log: ["y"],
    });
    expect(`${withChoice(search, { y: [], log: [], x: "" })}`).toBe("tab=1");
    expect(withChoice(search, { y: ["a", "b"] }).getAll("y")).toEqual(["a", "b"]);
    expect(`${withStream(search, "baseline")}`).toBe("tab=1&stream=baseline");
  });

  it("is exported as it is drawn", () => {
    expect(exportOptions(choiceFrom(new URLSearchParams("y=det&log=x"), "primary"))).toEqual({
      stream: "primary",
      y: ["det"],
      log: ["x"],
    });
  });
});

describe("a value that was typed", () => {
  it("is JSON where it is JSON, else the words", () => {
    expect(["7.1", '{"a": 1}', "[1, 2]", "true", "null", '"7"'].map(typedValue)).toEqual([
      7.1,
      { a: 1 },
      [1, 2],
      true,
      null,
      "7",
    ]);
    expect(["LaB6", "7 mm", "{not json", "true story", ""].map(typedValue)).toEqual([
      "LaB6",
      "7 mm",
      "{not json",
      "true story",
      "",
    ]);
  });
});

const event = (ordinal: number, seq: number, time: number): RunDocument => [
  ordinal,
  "event",
  { descriptor: "d", seq_num: seq, time, data: { det: seq } },
];
const DOCUMENTS: RunDocument[] = [
  [0, "start", { uid: "r", time: 100 }],
  [1, "descriptor", { uid: "d", name: "primary", time: 100.5, data_keys: { det: {} } }],
  event(2, 1, 101),
  event(3, 2, 103),
  event(4, 3, 102),
  [5, "stop", { time: 104, exit_status: "success" }],
];

describe("a replay", () => {
  const points = (replay: Replay) => replay.buffer.streams.get("primary")?.seqNum.length ?? 0;

  it("brings documents in their order, at their times", () => {
    const replay = new Replay("r", DOCUMENTS);
    expect(replay.length).toBe(4);
    expect(replay.advance(1)).toBe(true);
    expect(points(replay)).toBe(1);
    expect(replay.advance(0.5)).toBe(false);
    replay.advance(1.5);
    expect(points(replay)).toBe(3);
    expect(replay.buffer.stop).toBeNull();
    replay.advance(1000);
    expect([replay.at, replay.isOver, replay.buffer.stop?.exit_status]).toEqual([4, true, "success"]);
  });

  it("goes back to a moment from the beginning", () => {
    const replay = new Replay("r", DOCUMENTS);
    replay.advance(4);
    replay.seek(1);
    expect([points(replay), replay.isOver]).toEqual([1, false]);
  });

  it("plays a run without times at once", () => {
    const replay = new Replay("r", [[0, "start", { uid: "r" }]]);
    replay.advance(0);
    expect([replay.length, replay.isOver]).toEqual([0, true]);
  });
});

describe("what differs between runs", () => {
  it("is told by dotted keys, and uid and time are not", () => {
    const found = differences([
      { uid: "a", time: 1, sample: { name: "LaB6", mass: 1 }, plan_name: "scan", list: [1], hints: { a: 1 } },
      { uid: "b", time: 2, sample: { name: "CeO2", mass: 1 }, plan_name: "scan", list: [1, 2], note: "<b>" },
    ]);
    expect(found).toEqual([
      { key: "list", values: ["1", "1, 2"] },
      { key: "note", values: [null, "<b>"] },
      { key: "sample.name", values: ["LaB6", "CeO2"] },
      { key: "hints.a", values: ["1", null] },
    ]);
  });
});

describe("an export", () => {
  it("tells how far it is and how large", () => {
    expect(percentOf({ rows: 5, num_rows: 20, runs: ["a"], runs_done: 0 })).toBe(25);
    expect(percentOf({ rows: 5, num_rows: null, runs: ["a"], runs_done: 0 })).toBeNull();
    expect(percentOf({ rows: 5, num_rows: 0, runs: ["a", "b"], runs_done: 1 })).toBe(50);
    expect([0, 999, 1500, 2_345_678, 9e12].map(sizeText)).toEqual([
      "0 B",
      "999 B",
      "1.5 kB",
      "2.35 MB",
      "9 TB",
    ]);
  });
});
