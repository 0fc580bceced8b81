import { describe, expect, it } from "vitest";
import { errorFrom, query } from "../api/client";
import { facetRows } from "../api/runs";
import type { EngineStatus } from "../api/status";
import { duration, figure, parametersLine, toScale, when } from "../components/format";
import { merged } from "./console/console_lines";
import { asText, withWords } from "./console/console_page";
import { boardFigure } from "./devices/device_board";
import { shownState } from "./frame/engine_state";
import { runOf } from "./live/follow";
import { placeAt } from "./queue/order";
import { filtersFrom } from "./runs/state";

const STATUS: EngineStatus = {
  beamline: "demo",
  worker: "ready",
  engine_state: "idle",
  environment_open: true,
  item: null,
  run_uid: null,
  progress: {},
  queue: { is_held: false, hold_reason: "", length: 0 },
  control: null,
  message: "",
  version: 1,
  server_time: "2026-01-01T00:00:00Z",
};

describe("the state that is shown", () => {
  it("lets nobody stop what does not move", () => {
    expect(shownState(STATUS)).toMatchObject({ text: "idle", isMoving: false });
  });

  it("never takes the stop away while it is not known what moves", () => {
    expect(shownState(null).isMoving).toBe(true);
    expect(shownState({ ...STATUS, engine_state: "unheard of" }).isMoving).toBe(true);
    expect(shownState({ ...STATUS, worker: "lost", item: { state: "running" } }).isMoving).toBe(true);
  });

  it("says that the worker is lost before it says what it did last", () => {
    expect(shownState({ ...STATUS, worker: "lost", engine_state: "running" }).text).toBe("worker lost");
  });

  it("offers to resume what is paused", () => {
    expect(shownState({ ...STATUS, engine_state: "paused" })).toMatchObject({
      isPaused: true,
      isMoving: true,
    });
  });
});

describe("the order of the queue", () => {
  const item = (uid: string) => ({ uid, hidden: false }) as never;
  const items = [item("a"), item("b"), { hidden: true, state: "queued", position: 2 } as never];

  it("is said by neighbours, and by number where the neighbour is not one's own", () => {
    expect(placeAt(items, 1, 0)).toEqual({ before: "a" });
    expect(placeAt(items, 0, 1)).toEqual({ after: "b" });
    expect(placeAt(items, 0, 2)).toEqual({ position: 2 });
  });
});

describe("texts", () => {
  it("tell times, figures and parameters shortly", () => {
    expect(duration(75)).toBe("1:15");
    expect(duration(null)).toBe("–");
    expect(figure(0.1 + 0.2)).toBe("0.3");
    expect(figure(1e-9)).toBe("1e-9");
    expect([1.00586e15, 1187500000000000, -1299999.9999999, 4e15].map((value) => figure(value))).toEqual([
      "1.00586e15",
      "1.1875e15",
      "-1300000",
      "4e15",
    ]);
    expect(figure(Array(2048).fill(0))).toBe("0, 0, 0, 0, 0, 0 … 2048 values");
    expect(figure({ $numberDouble: "NaN" })).toBe("NaN");
    expect(when("not a date")).toBe("–");
    expect(parametersLine({ num: 3, args: [["sx", -1, 1]], detectors: ["det"] })).toBe(
      "det · sx -1 1 · num: 3",
    );
  });

  it("tells a place as exactly as the peak is wide", () => {
    expect(toScale(-1.043e-17, 0.999989)).toBe("0");
    expect(toScale(1.206623, 1.39092)).toBe("1.2066");
    expect(toScale(8979.41236, 2e-3)).toBe("8979.41236");
    expect(toScale(3.1e-12, 1e-12)).toBe("3.1e-12");
    expect(toScale(5, 0)).toBe("5");
    expect(toScale(null, 1)).toBe("–");
  });
});

describe("what the server sends", () => {
  it("gives one error, whatever came", () => {
    const error = errorFrom(400, {
      code: "invalid",
      detail: "No.",
      fields: { num: ["too many"] },
      hint: "Less.",
    });
    expect([error.message, error.fields.num, error.hint]).toEqual(["No.", ["too many"], "Less."]);
    expect(errorFrom(502, null).message).toContain("502");
  });

  it("is read from more than one shape where the shape is open", () => {
    expect(facetRows({ scan: 3 })).toEqual([{ value: "scan", count: 3 }]);
    expect(facetRows([["scan", 3]])).toEqual([{ value: "scan", count: 3 }]);
    expect(runOf({ run: "u" })).toBe("u");
    expect(runOf({ run: null })).toBeNull();
  });

  it("keeps console lines once and in order", () => {
    const line = (seq: number) => ({ seq, at: "", level: "info", text: String(seq) });
    expect(merged([line(1), line(3)], [line(3), line(2)]).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });
});

describe("addresses", () => {
  it("hold the state of the search", () => {
    expect(filtersFrom(new URLSearchParams("q=sample:a&plan=scan&other=1"))).toEqual({
      q: "sample:a",
      plan: "scan",
    });
    expect(query({ q: "a b", limit: 50, cursor: "" })).toBe("?q=a+b&limit=50");
  });
});

describe("the console", () => {
  const lines = [
    { seq: 1, at: "2026-11-23T03:00:00Z", level: "INFO", text: "scan 1 begins" },
    { seq: 2, at: "2026-11-23T03:00:05Z", level: "WARNING", text: "Scan 1 ended: abort" },
  ];

  it("is searched by words in any order, and taken home as text", () => {
    expect(withWords(lines, "ended scan").map(({ seq }) => seq)).toEqual([2]);
    expect(withWords(lines, " ")).toEqual(lines);
    expect(asText(lines)).toBe(
      "2026-11-23T03:00:00Z INFO     scan 1 begins\n2026-11-23T03:00:05Z WARNING  Scan 1 ended: abort\n",
    );
  });
});

describe("a value on a tile", () => {
  it("has five figures, so that a motor on its way does not make it wider", () => {
    expect([0.9106281, 299.3341, 8000, -1, 1.5e-9, "open"].map(boardFigure)).toEqual([
      "0.91063",
      "299.33",
      "8000",
      "-1",
      "1.5e-9",
      "open",
    ]);
  });
});
