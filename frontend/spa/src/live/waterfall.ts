import { columnOf, label, sorted, unitsOf } from "./axes";
import { type Drawing, monitorOf, signalsOf, spectraOf } from "./drawing";
import { normalised } from "./lines";
import type { RunBuffer, StreamColumns } from "./run_buffer";
import { dimensionsOf } from "./streams";

/** Successive lines over one x, the oldest first. */
export interface Waterfall {
  signal: string;
  xLabel: string;
  lines: { name: string; x: number[]; y: (number | null)[] }[];
}

const MOST_LINES = 60;

/** Whether a run has successive lines. */
export function canFall(run: RunBuffer, stream: StreamColumns): boolean {
  const along = dimensionsOf(run.start).filter(([, name]) => name === stream.name);
  return spectraOf(stream).length > 0 || (along.length >= 2 && rowLength(run) !== null);
}

/** Successive lines of one run: its spectra, or the rows of its grid. Null where it has neither. */
export function waterfallOf(run: RunBuffer, stream: StreamColumns, drawing: Drawing): Waterfall | null {
  return ofSpectra(stream) ?? ofRows(run, stream, drawing);
}

function ofSpectra(stream: StreamColumns): Waterfall | null {
  const key = spectraOf(stream)[0];
  const column = key ? stream.columns.get(key) : undefined;
  if (!key || !column) return null;
  const lines = column.flatMap((value, row) => {
    if (!Array.isArray(value)) return [];
    const y = value.map((one) => (typeof one === "number" && Number.isFinite(one) ? one : null));
    return [{ name: String(stream.seqNum[row]), x: y.map((_, channel) => channel), y }];
  });
  return { signal: key, xLabel: "channel", lines: lines.slice(-MOST_LINES) };
}

function ofRows(run: RunBuffer, stream: StreamColumns, drawing: Drawing): Waterfall | null {
  const along = dimensionsOf(run.start).filter(([, name]) => name === stream.name);
  const fast = along.at(-1)?.[0][0];
  const slow = along.at(-2)?.[0][0];
  const signal = signalsOf(run, stream, drawing)[0];
  const width = rowLength(run);
  if (!fast || !slow || !signal || width === null) return null;
  const x = columnOf(run, stream, fast);
  const at = columnOf(run, stream, slow);
  const values = columnOf(run, stream, signal);
  const monitor = monitorOf(run, stream, drawing);
  const y = monitor ? normalised(values, columnOf(run, stream, monitor)) : values;
  const lines = [];
  for (let row = 0; row < x.length; row += width) {
    const [lineX, lineY] = sorted(x.slice(row, row + width), [y.slice(row, row + width)]);
    lines.push({ name: `${slow} ${at[row]?.toPrecision(4)}`, x: lineX, y: lineY ?? [] });
  }
  return { signal, xLabel: label(fast, unitsOf(stream, fast)), lines: lines.slice(-MOST_LINES) };
}

/** Points of one row of the grid that the plan takes. */
function rowLength(run: RunBuffer): number | null {
  const shape = run.start?.shape;
  const last = Array.isArray(shape) && shape.length >= 2 ? Number(shape.at(-1)) : Number.NaN;
  return Number.isInteger(last) && last > 0 ? last : null;
}
