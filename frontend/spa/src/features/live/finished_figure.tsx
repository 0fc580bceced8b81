import { lazy, Suspense } from "react";
import { drawFigure } from "../../api/figures";
import type { Fit } from "../../api/fits";
import type { Figure } from "../../api/runs";
import { Problem } from "../../components/parts";
import type { PlotData } from "../../live/plot_data";
import { useResource } from "../../live/resource";

const PlotlyFigure = lazy(() =>
  import("../../components/plotly_figure").then((module) => ({ default: module.PlotlyFigure })),
);

interface FinishedFigureProps {
  uid: string;
  plot: PlotData;
  fit: Fit | null;
  /** What stands there until the figure does. */
  children: React.ReactNode;
}

/** The figure of a run that is over, made on the server; until it has come the live drawing stays. */
export function FinishedFigure({ uid, plot, fit, children }: FinishedFigureProps) {
  const y = plot.grid ? [plot.grid.signal] : plot.axes.y;
  const choice = { stream: plot.stream, x: "", y, slow: "", per: "", log: [] };
  const answer = useResource(`figure:${uid}:${JSON.stringify(choice)}`, (signal) =>
    drawFigure(uid, choice, signal),
  );
  if (!answer.data) {
    return (
      <>
        {answer.error && <Problem error={answer.error} onRetry={answer.refresh} />}
        {children}
      </>
    );
  }
  return (
    <Suspense fallback={children}>
      <div className="live-finished" data-testid="finished-figure">
        <PlotlyFigure
          figure={withFit(answer.data.figure, plot.isLog, plot.grid ? null : fit)}
          caption={answer.data.caption}
        />
      </div>
    </Suspense>
  );
}

/** The figure with the fitted line over it. */
export function withFit(figure: Figure, isLog: boolean, fit: Fit | null): Figure {
  const axis = (figure.layout.yaxis ?? {}) as Record<string, unknown>;
  const layout = isLog ? { ...figure.layout, yaxis: { ...axis, type: "log" } } : figure.layout;
  if (!fit || fit.x.length === 0) return { ...figure, layout };
  const line = { type: "scatter", mode: "lines", name: fit.model.replace("_", " "), x: fit.x, y: fit.y };
  return { data: [...figure.data, line], layout: { ...layout, showlegend: true } };
}
