import { getRuns } from "../../api/runs";
import type { Overlay } from "../../components/line_plot";
import type { Drawing } from "../../live/drawing";
import { useRun } from "../../live/hooks";
import { type PlotData, plotData } from "../../live/plot_data";
import { useResource } from "../../live/resource";
import type { RunBuffer } from "../../live/run_buffer";

export interface RunBefore {
  line: Overlay | null;
  /** What it is: "scan 41", or why there is none. */
  text: string;
}

/** The last good run of the same plan before this one, drawn over the same x, to compare with; nothing is fetched unless wanted. */
export function useRunBefore(
  beamline: string,
  run: RunBuffer,
  plot: PlotData | null,
  drawing: Drawing,
  isWanted: boolean,
): RunBefore | null {
  const plan = String(run.start?.plan_name ?? "");
  const time = Number(run.start?.time ?? 0);
  const runs = useResource(isWanted && plan ? `before:${run.uid}` : null, (signal) =>
    getRuns({ beamline, plan, until: new Date(time * 1000).toISOString(), limit: 5 }, signal),
  );
  const found = runs.data?.results.find(
    ({ uid, exit_status: ended }) => uid !== run.uid && ended === "success",
  );
  const feed = useRun(isWanted ? (found?.uid ?? null) : null);
  if (!isWanted || !plot) return null;
  if (runs.error) return { line: null, text: "the run before cannot be read" };
  if (runs.data && !found) return { line: null, text: `no good ${plan} just before this one` };
  const buffer = feed?.buffer;
  if (!buffer?.start) return { line: null, text: "…" };
  return {
    line: lineOf(plot, plotData(buffer, plot.stream, drawing)),
    text: `scan ${found?.scan_id ?? "–"}`,
  };
}

/** The first signal of another run, where it is over the same x; points without a number are left out. */
export function lineOf(plot: PlotData, other: PlotData | null): Overlay | null {
  const [x, y] = other?.data ?? [];
  if (!other || !x || !y || other.axes.x !== plot.axes.x || other.axes.y[0] !== plot.axes.y[0]) return null;
  const rows = x.map((_, row) => row).filter((row) => Number.isFinite(y[row] ?? Number.NaN));
  return { x: rows.map((row) => x[row] as number), y: rows.map((row) => y[row] as number) };
}
