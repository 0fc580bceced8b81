import { hintedAxes } from "./axes";
import type { RunBuffer, StreamColumns } from "./run_buffer";
import { dimensionsOf } from "./streams";

export type View = "line" | "map" | "waterfall";

/** How a person wants a run drawn. It outlives the run: what the next one has as well is drawn alike. */
export interface Drawing {
  /** Columns over x; none: as hinted. */
  signals: string[];
  /** Column that the signals are divided by; none: as they are. */
  monitor: string;
  isLog: boolean;
  isSlope: boolean;
  /** Null: a map where the plan takes a grid, else lines. */
  view: View | null;
}

export const AS_HINTED: Drawing = { signals: [], monitor: "", isLog: false, isSlope: false, view: null };

/** Columns of numbers that can be drawn over the axes of the plan. */
export function choicesOf(run: RunBuffer, stream: StreamColumns): string[] {
  const along = new Set(
    dimensionsOf(run.start)
      .filter(([, name]) => name === stream.name)
      .flatMap(([fields]) => fields),
  );
  return [...stream.columns.keys()].filter((key) => !along.has(key) && isScalar(stream, key));
}

/** Whether a column holds one number a row, by its description, else by what has come. */
function isScalar(stream: StreamColumns, key: string): boolean {
  const keys = (stream.descriptor.data_keys ?? {}) as Record<string, DataKey>;
  const { dtype, shape, external } = keys[key] ?? {};
  if (external || (shape?.length ?? 0) > 0) return false;
  if (dtype) return dtype === "number" || dtype === "integer";
  const seen = stream.columns.get(key)?.find((value) => value !== null && value !== undefined);
  return seen === undefined || typeof seen === "number";
}

interface DataKey {
  dtype?: string;
  shape?: unknown[];
  external?: string;
}

/** The signals to draw: those wanted that there are, else those hinted. */
export function signalsOf(run: RunBuffer, stream: StreamColumns, drawing: Drawing): string[] {
  const choices = new Set(choicesOf(run, stream));
  const wanted = drawing.signals.filter((key) => choices.has(key));
  return wanted.length > 0 ? wanted : hintedAxes(run, stream).y;
}

/** The monitor, if this stream has it. */
export function monitorOf(run: RunBuffer, stream: StreamColumns, drawing: Drawing): string {
  return choicesOf(run, stream).includes(drawing.monitor) ? drawing.monitor : "";
}

/** Columns of one-dimensional arrays that come within the events: spectra, each a line of its own. */
export function spectraOf(stream: StreamColumns): string[] {
  const keys = (stream.descriptor.data_keys ?? {}) as Record<string, DataKey>;
  return Object.entries(keys)
    .filter(([, key]) => key.dtype === "array" && key.shape?.length === 1 && !key.external)
    .map(([name]) => name);
}

/** What was picked before, with one signal put in or taken out; the last one stays. */
export function withSignal(shown: string[], key: string, isWanted: boolean): string[] {
  if (isWanted) return [...shown.filter((name) => name !== key), key];
  const left = shown.filter((name) => name !== key);
  return left.length > 0 ? left : shown;
}
