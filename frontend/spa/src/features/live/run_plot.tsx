import { useMemo } from "react";
import { GridPlot } from "../../components/grid_plot";
import { LinePlot } from "../../components/line_plot";
import { Empty } from "../../components/parts";
import { type Axes, columnOf, hintedAxes, label, sorted, unitsOf } from "../../live/axes";
import { type Grid, gridOf } from "../../live/grid";
import { type PeakStatistics, peakStatistics } from "../../live/peak";
import type { RunBuffer } from "../../live/run_buffer";

export interface PlotData {
  axes: Axes;
  xLabel: string;
  series: { label: string; units: string }[];
  data: [number[], ...(number | null)[][]];
  peak: PeakStatistics | null;
  /** Set when the plan moves over a grid: then the map is drawn, not the line. */
  grid: Grid | null;
}

const SHOWN_LINES = 4;

/** What there is to draw of a run now. */
export function plotData(run: RunBuffer): PlotData | null {
  const stream = run.mainStream();
  if (!stream) return null;
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
    peak: y.length > 0 && !grid && isPosition(axes.x) ? peakStatistics(data[0], data[1] ?? []) : null,
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

function describe(plot: PlotData): string {
  const count = `${plot.data[0].length} points`;
  if (plot.grid)
    return `${plot.grid.signal} over ${plot.grid.fast.name} and ${plot.grid.slow.name}, ${count}.`;
  return `${plot.axes.y.join(", ") || "Nothing"} over ${plot.xLabel}, ${count}.`;
}

export function titleOf(plot: PlotData | null): string {
  if (!plot) return "Plot";
  if (plot.grid) return `${plot.grid.signal} over ${plot.grid.fast.name} and ${plot.grid.slow.name}`;
  return `${plot.axes.y.join(", ") || "no signal"} over ${plot.axes.x}`;
}

interface RunPlotProps {
  plot: PlotData | null;
  version: number;
  compact?: boolean;
}

/** The live line of a run, with its caption for those who do not see it. */
export function RunPlot({ plot, version, compact = false }: RunPlotProps) {
  if (!plot) return <Empty>No points yet.</Empty>;
  const marks = plot.peak?.centre != null ? [plot.peak.centre] : [];
  return (
    <figure className={compact ? "live-figure live-figure-compact" : "live-figure"}>
      {plot.grid ? (
        <GridPlot grid={plot.grid} version={version} />
      ) : (
        <LinePlot
          data={plot.data}
          xLabel={plot.xLabel}
          series={plot.series}
          version={version}
          compact={compact}
          marks={marks}
        />
      )}
      <figcaption className="visually-hidden">{describe(plot)}</figcaption>
    </figure>
  );
}
