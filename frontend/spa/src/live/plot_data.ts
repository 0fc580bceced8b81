import { type Axes, columnOf, hintedAxes, label, sorted, unitsOf } from "./axes";
import { type Grid, gridOf } from "./grid";
import { type PeakStatistics, peakStatistics } from "./peak";
import type { RunBuffer } from "./run_buffer";
import { expectedRange, expectedStream, mainStream } from "./streams";

export interface PlotData {
  axes: Axes;
  xLabel: string;
  series: { label: string; units: string }[];
  data: [number[], ...(number | null)[][]];
  peak: PeakStatistics | null;
  /** Set when the plan moves over a grid: then the map is drawn, not the line. */
  grid: Grid | null;
  /** Name of the stream that is drawn. */
  stream: string;
  /** Whether there are points, they are still to come, or the run ended without one. */
  state: "drawn" | "waiting" | "empty";
  /** Where x will go, as far as the plan has said it. */
  expected: [number, number] | null;
}

const SHOWN_LINES = 4;

/** What there is to draw of a run now: the stream that the plan is about, or the one that was picked. */
export function plotData(run: RunBuffer, picked: string | null = null): PlotData | null {
  const stream = (picked ? run.streams.get(picked) : null) ?? mainStream(run) ?? expectedStream(run.start);
  if (!stream) return null;
  const hasPoints = stream.seqNum.length > 0;
  const axes = hintedAxes(run, stream);
  const grid = gridOf(run, stream);
  const y = axes.y.slice(0, SHOWN_LINES);
  const data = sorted(
    columnOf(run, stream, axes.x),
    y.map((key) => columnOf(run, stream, key)),
  );
  return {
    axes: { ...axes, y },
    xLabel: label(axes.x, unitsOf(stream, axes.x)),
    series: y.map((key) => ({ label: key, units: unitsOf(stream, key) })),
    data,
    grid,
    stream: stream.name,
    state: hasPoints ? "drawn" : run.stop ? "empty" : "waiting",
    expected: hasPoints || axes.x === "time" ? null : expectedRange(run.start),
    peak: y.length > 0 && !grid && isPosition(axes.x) ? peakStatistics(data[0], data[1] ?? []) : null,
  };
}

/** A peak over time or point number says nothing of the sample. */
function isPosition(x: string): boolean {
  return x !== "time" && x !== "seq_num";
}
