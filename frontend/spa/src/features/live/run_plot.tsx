import { useMemo } from "react";
import { GridPlot } from "../../components/grid_plot";
import { LinePlot } from "../../components/line_plot";
import { Empty } from "../../components/parts";
import { type PlotData, plotData } from "../../live/plot_data";
import type { RunBuffer } from "../../live/run_buffer";

export function usePlotData(
  run: RunBuffer | null,
  version: number,
  picked: string | null = null,
): PlotData | null {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the buffer grows in place; `version` says so
  return useMemo(() => (run ? plotData(run, picked) : null), [run, version, picked]);
}

const STILL: Record<PlotData["state"], string> = {
  drawn: "",
  waiting: "waiting for the first point",
  empty: "no points were taken",
};

function describe(plot: PlotData): string {
  const count = STILL[plot.state] || `${plot.data[0].length} points`;
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
          expected={plot.expected}
        />
      )}
      {plot.state !== "drawn" && <p className="plot-still">{STILL[plot.state]}</p>}
      <figcaption className="visually-hidden">{describe(plot)}</figcaption>
    </figure>
  );
}
