import { expect, test } from "vitest";
import type { HistoryEntry } from "../../api/runs";
import { timeLabels } from "../../components/format";
import { historyLines, historySummary } from "./history_lines";

const entry = (time: number, first: unknown, last: unknown): HistoryEntry => ({
  uid: String(time),
  scan_id: time,
  plan_name: "scan",
  time,
  exit_status: "success",
  stream: "baseline",
  first,
  last,
});

test("a history is drawn oldest first, with gaps where a value is no number", () => {
  const lines = historyLines([entry(3, 1.5, "open"), entry(2, null, 0), entry(1, -1, 2)]);
  expect(lines).toEqual([
    [1, 2, 3],
    [-1, null, 1.5],
    [2, 0, null],
  ]);
  expect(lines && historySummary(lines, "mm")).toBe("3 runs, from -1 to 2 mm");
});

test("states are listed only", () => {
  expect(historyLines([entry(1, "open", "closed")])).toBeNull();
});

test("labels of a time axis say days where they are days apart", () => {
  expect(timeLabels([0, 86_400 * 2])).toEqual(["1970-01-01", "1970-01-03"]);
  expect(timeLabels([1, 2])[0]).toMatch(/:\d\d:01$/);
  expect(timeLabels([0, 3600])[0]).toMatch(/^\d\d:00$/);
});
