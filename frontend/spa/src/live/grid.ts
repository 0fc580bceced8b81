import { columnOf, unitsOf } from "./axes";
import { AS_HINTED, type Drawing, monitorOf, signalsOf } from "./drawing";
import { normalised } from "./lines";
import type { RunBuffer, StreamColumns } from "./run_buffer";
import { dimensionsOf } from "./streams";

export interface GridAxis {
  name: string;
  units: string;
  low: number;
  high: number;
}

/** A map over two axes: cells row by row, the lowest row first; NaN where nothing was taken yet. */
export interface Grid {
  columns: number;
  rows: number;
  cells: Float64Array;
  fast: GridAxis;
  slow: GridAxis;
  signal: string;
  /** Lowest and highest value of the signal; NaN as long as there is none. */
  low: number;
  high: number;
}

const MOST_CELLS = 4_000_000;

/** Fields of the two dimensions of a stream, slowest first. */
function dimensions(run: RunBuffer, stream: StreamColumns): [string, string] | null {
  const found = dimensionsOf(run.start)
    .filter(([, name]) => name === stream.name)
    .map(([fields]) => fields[0] ?? "");
  const [slow, fast] = found;
  if (found.length !== 2 || !slow || !fast) return null;
  return stream.columns.has(slow) && stream.columns.has(fast) ? [slow, fast] : null;
}

function shapeOf(run: RunBuffer): [number, number] | null {
  const shape = run.start?.shape;
  if (!Array.isArray(shape) || shape.length !== 2) return null;
  const [rows, columns] = shape as number[];
  const isWhole = [rows, columns].every((size) => Number.isInteger(size) && (size ?? 0) > 0);
  if (!isWhole || rows === undefined || columns === undefined) return null;
  return rows * columns <= MOST_CELLS ? [rows, columns] : null;
}

function range(values: number[], extent: unknown): [number, number] {
  if (Array.isArray(extent) && extent.length === 2 && extent.every(Number.isFinite)) {
    const [from, to] = extent as [number, number];
    return [Math.min(from, to), Math.max(from, to)];
  }
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}

/** Cell of a position: its place between the ends, so that snaked rows come right. */
function place(value: number, low: number, high: number, cells: number): number {
  const share = high > low ? (value - low) / (high - low) : 0;
  return Math.min(cells - 1, Math.max(0, Math.round(share * (cells - 1))));
}

/** The map that the plan says it takes; null when the run is no grid. */
export function gridOf(run: RunBuffer, stream: StreamColumns, drawing: Drawing = AS_HINTED): Grid | null {
  const names = dimensions(run, stream);
  const shape = shapeOf(run);
  const signal = signalsOf(run, stream, drawing)[0];
  if (!names || !shape || !signal) return null;
  const [rows, columns] = shape;
  const slow = columnOf(run, stream, names[0]);
  const fast = columnOf(run, stream, names[1]);
  const extents = Array.isArray(run.start?.extents) ? (run.start?.extents as unknown[]) : [];
  const [slowLow, slowHigh] = range(slow, extents[0]);
  const [fastLow, fastHigh] = range(fast, extents[1]);
  const cells = new Float64Array(rows * columns).fill(Number.NaN);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const monitor = monitorOf(run, stream, drawing);
  const measured = columnOf(run, stream, signal);
  const values = monitor ? normalised(measured, columnOf(run, stream, monitor)) : measured;
  values.forEach((value, point) => {
    const x = fast[point];
    const y = slow[point];
    if (x === undefined || y === undefined || !Number.isFinite(x + y + value)) return;
    cells[place(y, slowLow, slowHigh, rows) * columns + place(x, fastLow, fastHigh, columns)] = value;
    low = Math.min(low, value);
    high = Math.max(high, value);
  });
  return {
    columns,
    rows,
    cells,
    fast: { name: names[1], units: unitsOf(stream, names[1]), low: fastLow, high: fastHigh },
    slow: { name: names[0], units: unitsOf(stream, names[0]), low: slowLow, high: slowHigh },
    signal,
    low: low <= high ? low : Number.NaN,
    high: low <= high ? high : Number.NaN,
  };
}

/** Position of the middle of a cell along an axis. */
export function positionAt(axis: GridAxis, cell: number, cells: number): number {
  return cells > 1 ? axis.low + ((axis.high - axis.low) * cell) / (cells - 1) : axis.low;
}

export interface GridPeak {
  value: number;
  /** Where the highest cell is, and the centre of mass above the lowest one: [fast, slow]. */
  maximum: [number, number];
  centreOfMass: [number, number];
}

/** The highest cell of a map and the centre of what rises over its lowest; null where nothing rises. */
export function peakOfGrid(grid: Grid): GridPeak | null {
  if (!(grid.high > grid.low)) return null;
  let top = -1;
  let [weight, alongFast, alongSlow] = [0, 0, 0];
  const at = (cell: number): [number, number] => [
    positionAt(grid.fast, cell % grid.columns, grid.columns),
    positionAt(grid.slow, Math.floor(cell / grid.columns), grid.rows),
  ];
  grid.cells.forEach((value, cell) => {
    if (!Number.isFinite(value)) return;
    if (top < 0 && value === grid.high) top = cell;
    const [fast, slow] = at(cell);
    weight += value - grid.low;
    alongFast += fast * (value - grid.low);
    alongSlow += slow * (value - grid.low);
  });
  if (top < 0) return null;
  return { value: grid.high, maximum: at(top), centreOfMass: [alongFast / weight, alongSlow / weight] };
}
