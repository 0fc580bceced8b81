import { useMemo } from "react";
import { LinePlot } from "../../components/line_plot";
import { Empty } from "../../components/parts";
import { type Axes, columnOf, hintedAxes, label, sorted, unitsOf } from "../../live/axes";
import { type PeakStatistics, peakStatistics } from "../../live/peak";
import type { RunBuffer } from "../../live/run_buffer";

export interface PlotData {
  axes: Axes;
  xLabel: string;
  series: { label: string; units: string }[];
  data: [number[], ...(number | null)[][]];
  peak: PeakStatistics | null;
}

const SHOWN_LINES = 4;

/** What there is to draw of a run now. */
export function plotData(run: RunBuffer): PlotData | null {
  const stream = run.mainStream();
  if (!stream) return null;
  const axes = hintedAxes(run, stream);
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
    peak: y.length > 0 && isPosition(axes.x) ? peakStatistics(data[0], data[1] ?? []) : null,
  };
}

/** A peak over time or point number says nothing of the sample. */
function isPosition(x: string): boolean {
  return x !== "time" && x !== "seq_num";
}

export function usePlotData(run: RunBuffer | null, version: number): PlotData | null {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the buffer grows in place; `version` says so
  return useMemo(() => (run ? plotData(run) : null), [run, version]);
}

interface RunPlotProps {
  plot: PlotData | null;
  version: number;
  compact?: boolean;
}

/** The live line of a run, with its caption for those who do not see it. */
export function RunPlot({ plot, version, compact = false }: RunPlotProps) {
  if (!plot) return <Empty>No points yet.</Empty>;
  const names = plot.axes.y.join(", ");
  const marks = plot.peak?.centre != null ? [plot.peak.centre] : [];
  return (
    <figure className={compact ? "live-figure live-figure-compact" : "live-figure"}>
      <LinePlot
        data={plot.data}
        xLabel={plot.xLabel}
        series={plot.series}
        version={version}
        compact={compact}
        marks={marks}
      />
      <figcaption className="visually-hidden">
        {names || "Nothing"} over {plot.xLabel}, {plot.data[0].length} points.
      </figcaption>
    </figure>
  );
}
