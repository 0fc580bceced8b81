import { type Axes, columnOf, hintedAxes, label, sorted, unitsOf } from "./axes";
import { AS_HINTED, choicesOf, type Drawing, monitorOf, signalsOf, type View } from "./drawing";
import { type Grid, gridOf } from "./grid";
import { type Line, normalised, positive, slopes, thinned } from "./lines";
import { type PeakStatistics, peakStatistics } from "./peak";
import type { RunBuffer, StreamColumns } from "./run_buffer";
import { expectedRange, expectedStream, mainStream, pointsOf } from "./streams";
import { canFall, type Waterfall, waterfallOf } from "./waterfall";

export interface PlotData {
  axes: Axes;
  xLabel: string;
  xUnits: string;
  series: { label: string; units: string }[];
  data: [number[], ...(number | null)[][]];
  peak: PeakStatistics | null;
  /** Set when the map is drawn, not the line. */
  grid: Grid | null;
  /** Set when successive lines are drawn. */
  waterfall: Waterfall | null;
  /** Ways in which this run can be drawn; the first is drawn unless another is wanted. */
  views: View[];
  /** Columns that can be drawn. */
  choices: string[];
  monitor: string;
  isLog: boolean;
  isSlope: boolean;
  /** Name of the stream that is drawn. */
  stream: string;
  /** Points of the stream. */
  points: number;
  /** Whether there are points, only frames, they are still to come, or the run ended without one. */
  state: "drawn" | "frames" | "waiting" | "empty";
  /** Where x goes while the run lasts, as far as the plan has said it. */
  expected: [number, number] | null;
}

const SHOWN_LINES = 8;
const HINTED_LINES = 4;
/** More points than a screen has columns to draw them on. */
const DRAWN_POINTS = 6_000;

/** What there is to draw of a run now: the stream that the plan is about, or the one that was picked. */
export function plotData(
  run: RunBuffer,
  picked: string | null = null,
  drawing: Drawing = AS_HINTED,
): PlotData | null {
  const stream = (picked ? run.streams.get(picked) : null) ?? mainStream(run) ?? expectedStream(run.start);
  if (!stream) return null;
  const hasPoints = stream.seqNum.length > 0;
  const grid = gridOf(run, stream, drawing);
  const views: View[] = grid ? ["map", "line"] : ["line"];
  if (canFall(run, stream)) views.push("waterfall");
  const view = drawing.view && views.includes(drawing.view) ? drawing.view : views[0];
  const y = signalsOf(run, stream, drawing).slice(0, drawing.signals.length > 0 ? SHOWN_LINES : HINTED_LINES);
  const axes = { x: hintedAxes(run, stream).x, y };
  const xUnits = unitsOf(stream, axes.x);
  const data: [number[], ...Line[]] = view === "line" ? linesOf(run, stream, axes, drawing) : [[]];
  const isPeaked = y.length > 0 && view === "line" && !grid && isPosition(axes.x);
  return {
    axes,
    xLabel: label(axes.x, xUnits),
    xUnits,
    series: y.map((key) => ({
      label: drawing.isSlope ? `slope of ${key}` : key,
      units: drawing.isSlope ? "" : unitsOf(stream, key),
    })),
    data: drawn(data, drawing),
    grid: view === "map" ? grid : null,
    waterfall: view === "waterfall" ? waterfallOf(run, stream, drawing) : null,
    views: view ? [view, ...views.filter((one) => one !== view)] : views,
    choices: choicesOf(run, stream),
    monitor: monitorOf(run, stream, drawing),
    isLog: drawing.isLog,
    isSlope: drawing.isSlope,
    stream: stream.name,
    points: stream.seqNum.length,
    state: hasPoints ? "drawn" : pointsOf(run, stream) > 0 ? "frames" : run.stop ? "empty" : "waiting",
    expected: axes.x === "time" || run.stop ? null : comingRange(run, data[0]),
    peak: isPeaked ? peakStatistics(data[0], data[1] ?? []) : null,
  };
}

/** Where the plan says that x goes; nothing where the points already are elsewhere. */
function comingRange(run: RunBuffer, x: number[]): [number, number] | null {
  const range = expectedRange(run.start);
  if (!range) return null;
  const slack = (range[1] - range[0]) / 10;
  const isThere = (at: number | undefined) =>
    at === undefined || (at >= range[0] - slack && at <= range[1] + slack);
  return isThere(x[0]) && isThere(x.at(-1)) ? range : null;
}

/** The lines with all their points, ascending in x: divided by the monitor, or their slopes, where wanted. */
function linesOf(run: RunBuffer, stream: StreamColumns, axes: Axes, drawing: Drawing): [number[], ...Line[]] {
  const monitor = monitorOf(run, stream, drawing);
  const by = monitor ? columnOf(run, stream, monitor) : null;
  const columns = axes.y.map((key) => {
    const values = columnOf(run, stream, key);
    return by ? normalised(values, by) : values;
  });
  const lines = sorted(columnOf(run, stream, axes.x), columns);
  return drawing.isSlope ? slopes(lines[0], lines.slice(1) as Line[]) : lines;
}

function drawn(data: [number[], ...Line[]], drawing: Drawing): [number[], ...Line[]] {
  const [x, ...ys] = thinned(data, DRAWN_POINTS);
  return [x, ...(drawing.isLog ? ys.map(positive) : ys)];
}

/** A peak over time or point number says nothing of the sample. */
function isPosition(x: string): boolean {
  return x !== "time" && x !== "seq_num";
}
