import { useEffect, useRef } from "react";
import { useTheme } from "../features/frame/theme";
import type { Waterfall } from "../live/waterfall";
import { layWaterfall } from "../live/waterfall_layout";
import { figure } from "./format";
import { token } from "./tokens";

/** Successive lines, each a little above the one before, the newest in front. */
export function WaterfallPlot({ waterfall, version }: { waterfall: Waterfall; version: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { applied } = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` and the theme say what has changed
  useEffect(() => {
    if (canvas.current) paint(canvas.current, waterfall);
  }, [waterfall, version, applied]);
  const ends = waterfall.lines.flatMap(({ x }) => [x[0] ?? 0, x.at(-1) ?? 0]);
  return (
    <div className="waterfall" aria-hidden="true">
      <canvas ref={canvas} className="waterfall-canvas" />
      <span className="waterfall-x">
        <span>{ends.length > 0 ? figure(Math.min(...ends)) : ""}</span>
        <strong>{waterfall.xLabel}</strong>
        <span>{ends.length > 0 ? figure(Math.max(...ends)) : ""}</span>
      </span>
      <span className="waterfall-x">
        <span>first: {waterfall.lines[0]?.name ?? "–"}</span>
        <span>newest: {waterfall.lines.at(-1)?.name ?? "–"}</span>
      </span>
    </div>
  );
}

function paint(canvas: HTMLCanvasElement, waterfall: Waterfall): void {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const height = Math.max(1, Math.round(canvas.clientHeight * ratio));
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (!context) return;
  const lines = layWaterfall(waterfall, width, height);
  const [plain, newest] = [token("--series-1"), token("--series-2")];
  lines.forEach((points, index) => {
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x, y);
    context.strokeStyle = index === lines.length - 1 ? newest : plain;
    context.globalAlpha = index === lines.length - 1 ? 1 : 0.35 + (0.6 * index) / lines.length;
    context.lineWidth = 1.5 * ratio;
    context.stroke();
  });
}
