import { useMemo } from "react";
import { GridPlot } from "../../components/grid_plot";
import { LinePlot, type Overlay } from "../../components/line_plot";
import { Empty, Loading } from "../../components/parts";
import { WaterfallPlot } from "../../components/waterfall_plot";
import type { Drawing } from "../../live/drawing";
import { type PlotData, plotData } from "../../live/plot_data";
import type { RunBuffer } from "../../live/run_buffer";

export function usePlotData(
  run: RunBuffer | null,
  version: number,
  picked: string | null = null,
  drawing?: Drawing,
): PlotData | null {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the buffer grows in place; `version` says so
  return useMemo(() => (run ? plotData(run, picked, drawing) : null), [run, version, picked, drawing]);
}

const STILL: Record<PlotData["state"], string> = {
  drawn: "",
  frames: "frames only: shown below",
  waiting: "waiting for the first point",
  empty: "no points were taken",
};

function describe(plot: PlotData): string {
  const count = STILL[plot.state] || `${plot.points} points`;
  if (plot.waterfall) return `${plot.waterfall.signal} as ${plot.waterfall.lines.length} lines, ${count}.`;
  if (plot.grid)
    return `${plot.grid.signal} over ${plot.grid.fast.name} and ${plot.grid.slow.name}, ${count}.`;
  return `${signals(plot) || "Nothing"} over ${plot.xLabel}, ${count}.`;
}

/** What is drawn: "slope of det per mon". */
function signals(plot: PlotData): string {
  const names = plot.axes.y.join(", ");
  return `${plot.isSlope ? "slope of " : ""}${names}${plot.monitor ? ` per ${plot.monitor}` : ""}`;
}

export function titleOf(plot: PlotData | null): string {
  if (!plot) return "Plot";
  if (plot.grid) return `${plot.grid.signal} over ${plot.grid.fast.name} and ${plot.grid.slow.name}`;
  if (plot.waterfall) return `${plot.waterfall.signal}, line after line`;
  return `${signals(plot) || "no signal"} over ${plot.axes.x === "seq_num" ? "the point number" : plot.axes.x}`;
}

interface RunPlotProps {
  plot: PlotData | null;
  version: number;
  compact?: boolean;
  /** A fitted line to draw over the points. */
  over?: Overlay | null;
  /** The line of an earlier run, to compare with. */
  before?: Overlay | null;
  /** Whether what was taken so far is still on its way. */
  isLoading?: boolean;
}

/** The live line of a run, with its caption for those who do not see it. */
export function RunPlot({
  plot,
  version,
  compact = false,
  over = null,
  before = null,
  isLoading = false,
}: RunPlotProps) {
  if (!plot) return isLoading ? <Loading what="the points" /> : <Empty>No points yet.</Empty>;
  const marks = plot.peak?.centre != null ? [plot.peak.centre] : [];
  return (
    <figure className={compact ? "live-figure live-figure-compact" : "live-figure"}>
      {plot.grid ? (
        <GridPlot grid={plot.grid} version={version} isLog={plot.isLog} />
      ) : plot.waterfall ? (
        <WaterfallPlot waterfall={plot.waterfall} version={version} />
      ) : (
        <LinePlot
          data={plot.data}
          xLabel={plot.xLabel}
          series={plot.series}
          version={version}
          compact={compact}
          marks={marks}
          expected={plot.expected}
          isLog={plot.isLog}
          over={over}
          before={before}
        />
      )}
      {plot.state !== "drawn" && <p className="plot-still">{STILL[plot.state]}</p>}
      <figcaption className="visually-hidden">{describe(plot)}</figcaption>
    </figure>
  );
}
