import { describe, expect, it } from "vitest";
import { answers, type Entry, score } from "./entries";

const entry = (kind: Entry["kind"], title: string, detail = ""): Entry => ({
  id: `${kind}:${title}`,
  kind,
  title,
  detail,
  icon: "search",
});

const ALL = [
  entry("page", "Queue"),
  entry("plan", "grid_scan", "Measure on a grid of positions"),
  entry("plan", "scan", "Measure along a line"),
  entry("device", "sx", "motor, mm"),
  entry("action", "Hold the queue"),
  entry("run", "41 scan"),
];

describe("what the palette finds", () => {
  it("puts the beginning of a name before a word inside it", () => {
    const found = answers(ALL, "scan").map(({ title }) => title);
    expect(found[0]).toBe("scan");
    expect(found.indexOf("grid_scan")).toBeGreaterThan(0);
  });

  it("finds by the description and by spread letters", () => {
    expect(answers(ALL, "along line")[0]?.title).toBe("scan");
    expect(answers(ALL, "gsc")[0]?.title).toBe("grid_scan");
  });

  it("needs every word", () => {
    expect(score(entry("plan", "scan"), "scan nowhere")).toBe(0);
  });

  it("begins with pages and actions", () => {
    expect(answers(ALL, "").map(({ kind }) => kind)).toEqual(["page", "action"]);
  });

  it("takes signs of patterns as text", () => {
    expect(answers(ALL, "(.*[").map(({ kind }) => kind)).toEqual(["run"]);
  });
});
