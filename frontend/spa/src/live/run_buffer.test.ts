import { describe, expect, it } from "vitest";
import { hintedAxes, sorted } from "./axes";
import { RunBuffer, type RunPayload } from "./run_buffer";
import { mainStream } from "./streams";

const START = { uid: "u", time: 100, hints: { dimensions: [[["sx"], "primary"]] } };
const DESCRIPTOR = {
  uid: "d",
  name: "primary",
  data_keys: { sx: { units: "mm" }, det: {} },
  hints: { det: { fields: ["det"] }, sx: { fields: ["sx"] } },
};

function opened(): RunBuffer {
  const run = new RunBuffer("u");
  run.apply({
    run: "u",
    first: 0,
    last: 1,
    documents: [
      [0, "start", START],
      [1, "descriptor", DESCRIPTOR],
    ],
  });
  return run;
}

function batch(first: number, seqNum: number[], det: unknown[]): RunPayload {
  const last = first + seqNum.length - 1;
  return {
    run: "u",
    first,
    last,
    events: [
      {
        ordinal_first: first,
        ordinal_last: last,
        descriptor: "d",
        seq_num: seqNum,
        time: seqNum.map((n) => 100 + n),
        data: { sx: seqNum.map((n) => n / 10), det },
      },
    ],
  };
}

const det = (run: RunBuffer) => mainStream(run)?.columns.get("det");

describe("the buffer of a run", () => {
  it("grows columns from batches and single events alike", () => {
    const run = opened();
    expect(run.apply(batch(2, [1, 2], [5, 6]))).toBe("new");
    const event = { descriptor: "d", seq_num: 3, time: 103, data: { sx: 0.3, det: 7 } };
    run.apply({ run: "u", first: 4, last: 4, documents: [[4, "event", event]] });
    expect(det(run)).toEqual([5, 6, 7]);
    expect(mainStream(run)?.seqNum).toEqual([1, 2, 3]);
  });

  it("takes each document once, however often it comes", () => {
    const run = opened();
    run.apply(batch(2, [1, 2], [5, 6]));
    expect(run.apply(batch(2, [1, 2], [0, 0]))).toBe("known");
    expect(run.apply(batch(3, [2, 3], [0, 7]))).toBe("new");
    expect(det(run)).toEqual([5, 6, 7]);
  });

  it("reports a hole and takes nothing behind it", () => {
    const run = opened();
    expect(run.apply(batch(5, [4], [9]))).toBe("gap");
    expect(run.lastOrdinal).toBe(1);
    expect(det(run)).toEqual([]);
  });

  it("does not wait for documents that the store refused", () => {
    const run = opened();
    const payload = { ...batch(3, [2], [6]), first: 2, last: 5 };
    expect(run.apply(payload)).toBe("new");
    expect(run.lastOrdinal).toBe(5);
  });

  it("asks for a document that was too large for the socket", () => {
    const run = opened();
    const payload: RunPayload = { run: "u", first: 2, last: 3, documents: [[3, "descriptor", null]] };
    expect(run.apply(payload)).toBe("gap");
    expect(run.lastOrdinal).toBe(2);
  });

  it("replaces a point that was taken again after a pause", () => {
    const run = opened();
    run.apply(batch(2, [1, 2, 3], [5, 6, 7]));
    run.apply(batch(5, [2, 3, 4], [60, 70, 80]));
    expect(det(run)).toEqual([5, 60, 70, 80]);
  });

  it("reads numbers that JSON cannot write", () => {
    const run = opened();
    run.apply(batch(2, [1], [{ $numberDouble: "NaN" }]));
    expect(det(run)).toEqual([Number.NaN]);
  });

  it("is drawn over the motor of the plan", () => {
    const run = opened();
    run.apply(batch(2, [1, 2], [5, 6]));
    const stream = mainStream(run);
    if (!stream) throw new Error("no stream");
    expect(hintedAxes(run, stream)).toEqual({ x: "sx", y: ["det"] });
    stream.columns.delete("det");
    stream.columns.delete("sx_setpoint");
    expect(hintedAxes(run, stream)).toEqual({ x: "seq_num", y: ["sx"] });
  });
});

describe("points for the line plot", () => {
  it("are put in order of x, holes stay holes", () => {
    expect(sorted([2, 1, Number.NaN, 0], [[20, Number.NaN, 5, 0]])).toEqual([
      [0, 1, 2],
      [0, null, 20],
    ]);
  });
});
