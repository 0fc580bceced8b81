import type { RunBuffer, StreamColumns } from "./run_buffer";
import { dimensionsOf } from "./streams";

export interface Axes {
  /** Column of the horizontal axis; "time" is seconds since the start, "seq_num" the point number. */
  x: string;
  y: string[];
}

const SCALAR = (column: unknown[]) => {
  const seen = column.find((value) => value !== null && value !== undefined);
  return seen === undefined || typeof seen === "number";
};

/** What the plan and the devices say should be plotted: hints of the start document and of the descriptor. */
export function hintedAxes(run: RunBuffer, stream: StreamColumns): Axes {
  const known = new Set(stream.columns.keys());
  const along = dimensionsOf(run.start)
    .filter(([, name]) => name === stream.name)
    .map(([fields]) => fields[0] ?? "");
  const fast = along.at(-1);
  const x = fast && (known.has(fast) || fast === "time") ? fast : "seq_num";
  const perObject = (stream.descriptor.hints ?? {}) as Record<string, { fields?: string[] }>;
  const hinted = Object.values(perObject).flatMap(({ fields }) => fields ?? []);
  const isAlong = new Set(along);
  const usable = (key: string) =>
    known.has(key) && !isAlong.has(key) && SCALAR(stream.columns.get(key) ?? []);
  const y = hinted.filter(usable);
  const shown = y.length > 0 ? y : [...known].filter(usable).slice(0, 1);
  // A stream of positions alone: they are what there is to see, point after point.
  if (shown.length === 0 && known.has(x)) return { x: "seq_num", y: [x] };
  return { x, y: shown };
}

export function columnOf(run: RunBuffer, stream: StreamColumns, key: string): number[] {
  if (key === "seq_num") return stream.seqNum;
  if (key === "time" && !stream.columns.has("time")) {
    const zero = Number(run.start?.time ?? stream.time[0] ?? 0);
    return stream.time.map((time) => time - zero);
  }
  return (stream.columns.get(key) ?? []).map((value) => (typeof value === "number" ? value : Number.NaN));
}

export function unitsOf(stream: StreamColumns, key: string): string {
  if (key === "time") return "s";
  const keys = (stream.descriptor.data_keys ?? {}) as Record<string, { units?: string | null }>;
  return keys[key]?.units ?? "";
}

export function label(key: string, units: string): string {
  const name = key === "seq_num" ? "point" : key;
  return units ? `${name} (${units})` : name;
}

/** Whether all x are numbers, none below the one before: the usual case, and then there is nothing to sort. */
function isInOrder(x: number[]): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (const value of x) {
    if (!Number.isFinite(value) || value < before) return false;
    before = value;
  }
  return true;
}

/** x ascending with its y columns, as the line plot needs it; points without an x are left out. */
export function sorted(x: number[], ys: number[][]): [number[], ...(number | null)[][]] {
  if (isInOrder(x))
    return [[...x], ...ys.map((y) => y.map((value) => (Number.isFinite(value) ? value : null)))];
  const order = x.map((_, index) => index).filter((index) => Number.isFinite(x[index]));
  const isAscending = order.every((index, place) => {
    const before = order[place - 1];
    return before === undefined || (x[before] ?? 0) <= (x[index] ?? 0);
  });
  if (!isAscending) order.sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0));
  const pick = (column: number[]) =>
    order.map((index) => {
      const value = column[index];
      return value !== undefined && Number.isFinite(value) ? value : null;
    });
  return [order.map((index) => x[index] ?? 0), ...ys.map(pick)];
}
