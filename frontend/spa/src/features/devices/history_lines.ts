import type { HistoryEntry } from "../../api/runs";

/** Columns for a plot: times, oldest first, with the first and last value of each run; null where it is no number. */
export type HistoryLines = [number[], (number | null)[], (number | null)[]];

const numberOf = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);

/** What is drawn of a history; null where no value is a number. */
export function historyLines(entries: HistoryEntry[]): HistoryLines | null {
  const rows = [...entries].reverse();
  const first = rows.map((row) => numberOf(row.first));
  const last = rows.map((row) => numberOf(row.last));
  if ([...first, ...last].every((value) => value === null)) return null;
  return [rows.map((row) => row.time), first, last];
}

/** "12 runs, from 0.1 to 3.2 mm". */
export function historySummary(lines: HistoryLines, units: string | null): string {
  const values = [...lines[1], ...lines[2]].filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => Number(value.toPrecision(6)));
  const range = low === high ? `always ${low}` : `from ${low} to ${high}`;
  return `${lines[0].length} runs, ${range}${units ? ` ${units}` : ""}`;
}
