import { useEffect, useRef } from "react";
import {
  type Background,
  type ByHand,
  type FitQuestion,
  getFit,
  type Measured,
  type Model,
} from "../../api/fits";
import type { PlotData } from "../../live/plot_data";
import { type Resource, useResource } from "../../live/resource";

const AGAIN_EVERY_MS = 1_000;

export interface FitWish extends ByHand {
  model: Model;
  background: Background;
  /** Column that the range and the first guess are positions of. */
  along?: string;
}

/** The wish for a run over `x`: what was said of positions along something else is left out. */
export function wishAlong(wish: FitWish | null, x: string): FitWish | null {
  if (!wish || wish.along === undefined || wish.along === x) return wish;
  return { model: wish.model, background: wish.background };
}

/** What is asked of the server for the line that is drawn; null where there is nothing to fit. */
export function fitQuestion(plot: PlotData | null, wish: FitWish | null): FitQuestion | null {
  const y = plot?.axes.y[0];
  if (!plot || !wish || !y || plot.grid || plot.waterfall || plot.state !== "drawn") return null;
  const { along: _, ...asked } = wish;
  return {
    ...asked,
    stream: plot.stream,
    x: plot.axes.x,
    y,
    monitor: plot.monitor,
    isSlope: plot.isSlope,
  };
}

/** The fit of the first line, made anew each second while points come and once more when the run is over. */
export function useFit(
  uid: string,
  plot: PlotData | null,
  wish: FitWish | null,
  isOver: boolean,
): Resource<Measured> {
  const question = fitQuestion(plot, wish);
  const key = question ? `fit:${uid}:${JSON.stringify(question)}` : null;
  const answer = useResource(key, (signal) => {
    if (!question) throw new Error("nothing to fit");
    return getFit(uid, question, signal);
  });
  const points = useRef(0);
  const asked = useRef(0);
  points.current = plot?.points ?? 0;
  const { refresh } = answer;
  useEffect(() => {
    if (key === null) return;
    asked.current = points.current;
    const again = () => {
      if (points.current === asked.current) return;
      asked.current = points.current;
      refresh();
    };
    if (isOver) refresh();
    const timer = window.setInterval(again, AGAIN_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [key, isOver, refresh]);
  return answer;
}
