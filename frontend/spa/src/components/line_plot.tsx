import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../features/frame/theme";
import { timeLabels, when } from "./format";
import { seriesColours } from "./line_look";
import { token } from "./tokens";

export interface LineSeries {
  label: string;
  units?: string;
}

interface LinePlotProps {
  data: [number[], ...(number | null)[][]];
  xLabel: string;
  series: LineSeries[];
  /** Changes whenever `data` has new points. */
  version: number;
  compact?: boolean;
  marks?: number[];
  /** Where x will go: the axis stands still while points come. */
  expected?: [number, number] | null;
  isLog?: boolean;
  /** Whether x are POSIX seconds, to be labelled as dates and times. */
  isTime?: boolean;
  /** A line of its own x that is drawn over the others: a fit. */
  over?: Overlay | null;
  /** The line of an earlier run, drawn pale to compare with. */
  before?: Overlay | null;
}

export interface Overlay {
  x: number[];
  y: number[];
}

const FONT = '11px system-ui, "Segoe UI", Roboto, sans-serif';

function axis(label: string, compact: boolean, isBlank: boolean): uPlot.Axis {
  return {
    ...(isBlank && { values: (_: uPlot, splits: number[]) => splits.map(() => "") }),
    label: compact ? undefined : label,
    labelSize: 18,
    labelFont: `12${FONT.slice(2)}`,
    font: FONT,
    stroke: token("--ink-2"),
    grid: { stroke: token("--line"), width: 1 },
    ticks: { stroke: token("--line"), width: 1, size: 4 },
  };
}

function verticalMarks(marks: () => number[]): uPlot.Plugin {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        ctx.strokeStyle = token("--warn");
        ctx.setLineDash([4, 4]);
        for (const at of marks()) {
          const x = plot.valToPos(at, "x", true);
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
        }
        ctx.restore();
      },
    },
  };
}

/** Draws a line of its own x, clipped to the plot. */
function overlay(line: () => Overlay | null, colour: string, dashes: number[] = []): uPlot.Plugin {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        const found = line();
        if (!found) return;
        ctx.save();
        ctx.beginPath();
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
        ctx.clip();
        ctx.strokeStyle = token(colour);
        ctx.lineWidth = 2 * devicePixelRatio;
        ctx.setLineDash(dashes);
        ctx.beginPath();
        found.x.forEach((x, index) => {
          ctx.lineTo(plot.valToPos(x, "x", true), plot.valToPos(found.y[index] ?? 0, "y", true));
        });
        ctx.stroke();
        ctx.restore();
      },
    },
  };
}

/** Lines over one x, drawn by uPlot: new data replaces old without building the plot again. */
export function LinePlot({ data, xLabel, series, version, ...more }: LinePlotProps) {
  const { compact = false, marks = [], expected = null, isLog = false, isTime = false } = more;
  const { over = null, before = null } = more;
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const markedAt = useRef(marks);
  const drawnOver = useRef(over);
  const drawnBefore = useRef(before);
  const theme = useTheme();
  const isEmpty = data[0].length === 0;
  const scales = [isEmpty && expected, isEmpty, isLog, isTime];
  const coming = expected?.join();
  const shape = JSON.stringify([series, xLabel, compact, theme.applied, scales]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for everything that needs a new plot
  useEffect(() => {
    const place = holder.current;
    if (!place) return;
    const colours = seriesColours();
    const options: uPlot.Options = {
      width: place.clientWidth || 300,
      height: place.clientHeight || 200,
      legend: { show: !compact, live: true },
      cursor: { drag: { x: true, y: false }, points: { size: 7 } },
      scales: isEmpty ? emptyScales(expected) : { x: { time: isTime }, ...(isLog && { y: { distr: 3 } }) },
      axes: [
        {
          ...axis(xLabel, compact && !isEmpty, isEmpty && !expected),
          size: compact ? 24 : 30,
          ...(isTime && !isEmpty && { values: (_: uPlot, splits: number[]) => timeLabels(splits) }),
        },
        { ...axis(yLabel(series), compact && !isEmpty, isEmpty), size: compact ? 44 : 58 },
      ],
      series: [
        { label: xLabel, ...(isTime && { value: (_: uPlot, at: number | null) => when(at) }) },
        ...series.map((one, index) => ({
          label: one.label,
          stroke: colours[index % colours.length] ?? "",
          width: 1.75,
          spanGaps: false,
          points: {
            show: (_: uPlot, __: number, from: number, to: number) => to - from < 250,
            size: 5,
            fill: token("--surface"),
          },
        })),
      ],
      plugins: [
        verticalMarks(() => markedAt.current),
        overlay(() => drawnBefore.current, "--ink-2", [6, 4]),
        overlay(() => drawnOver.current, "--warn"),
      ],
    };
    const made = new uPlot(options, data as uPlot.AlignedData, place);
    plot.current = made;
    const watcher = new ResizeObserver(() => {
      const legend = place.querySelector<HTMLElement>(".u-legend")?.offsetHeight ?? 0;
      if (place.clientWidth > 0) {
        made.setSize({ width: place.clientWidth, height: Math.max(80, place.clientHeight - legend) });
      }
    });
    watcher.observe(place);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` says that `data` has grown in place
  useEffect(() => {
    markedAt.current = marks;
    drawnOver.current = over;
    drawnBefore.current = before;
    const made = plot.current;
    if (!made) return;
    const isZoomed = made.scales.x && isNarrowed(made);
    made.setData(data as uPlot.AlignedData, !isZoomed);
    if (isZoomed) made.redraw();
    else if (expected && !isEmpty) made.setScale("x", reaching(expected, data[0]));
  }, [version, data, shape, over, before, coming]);

  return (
    <div ref={holder} className={compact ? "line-plot line-plot-compact" : "line-plot"} aria-hidden="true" />
  );
}

/** From the first to the last, of what is there and of what is to come. */
function reaching([from, to]: [number, number], x: number[]): { min: number; max: number } {
  return { min: Math.min(from, x[0] ?? from), max: Math.max(to, x.at(-1) ?? to) };
}

/** Scales to draw axes by before there is a point: x where the plan will go, y without figures. */
function emptyScales(expected: [number, number] | null): uPlot.Scales {
  return { x: { time: false, range: expected ?? [0, 1] }, y: { range: [0, 1] } };
}

/** Whether the person has zoomed in: then new points do not move the view. */
function isNarrowed(plot: uPlot): boolean {
  const { min, max } = plot.scales.x ?? {};
  const x = plot.data[0];
  const first = x?.[0];
  const last = x?.[x.length - 1];
  if (min == null || max == null || first == null || last == null || x.length < 3) return false;
  return min > first && max < last;
}

function yLabel(series: LineSeries[]): string {
  const units = new Set(series.map((one) => one.units ?? ""));
  const [only] = units;
  if (series.length === 1 && series[0]) return only ? `${series[0].label} (${only})` : series[0].label;
  return units.size === 1 && only ? only : "";
}
