import { useEffect, useRef } from "react";
import type { Grid } from "../live/grid";
import { colourTable } from "./colours";
import { figure } from "./format";

const COLOURS = colourTable();

/** Place of a value between the lowest and the highest, 0 to 1; by logarithm where both are above nought. */
export function shareOf(value: number, low: number, high: number, isLog: boolean): number {
  if (high <= low) return 0;
  if (!isLog || high <= 0) return (value - low) / (high - low);
  const least = low > 0 ? low : high * 1e-4;
  return Math.max(0, Math.log(Math.max(value, least) / least) / Math.log(high / least));
}

/** One pixel a cell, the lowest row at the bottom; the browser scales it up without smoothing. */
function paint(canvas: HTMLCanvasElement, grid: Grid, isLog: boolean): void {
  canvas.width = grid.columns;
  canvas.height = grid.rows;
  const context = canvas.getContext("2d");
  if (!context) return;
  const picture = context.createImageData(grid.columns, grid.rows);
  for (let row = 0; row < grid.rows; row += 1) {
    for (let column = 0; column < grid.columns; column += 1) {
      const value = grid.cells[row * grid.columns + column] ?? Number.NaN;
      if (!Number.isFinite(value)) continue;
      const level = Math.round(shareOf(value, grid.low, grid.high, isLog) * 255) * 4;
      const at = ((grid.rows - 1 - row) * grid.columns + column) * 4;
      picture.data.set(COLOURS.subarray(level, level + 4), at);
    }
  }
  context.putImageData(picture, 0, 0);
}

interface GridPlotProps {
  grid: Grid;
  version: number;
  isLog?: boolean;
}

/** A map in colour over two axes, drawn by hand: fast enough for every new point. */
export function GridPlot({ grid, version, isLog = false }: GridPlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` says that there are new points
  useEffect(() => {
    if (canvas.current) paint(canvas.current, grid, isLog);
  }, [grid, version, isLog]);
  return (
    <div className="grid-plot" aria-hidden="true">
      <span className="grid-slow">
        <span>{figure(grid.slow.high)}</span>
        <strong>{grid.slow.name}</strong>
        <span>{figure(grid.slow.low)}</span>
      </span>
      <canvas ref={canvas} className="grid-canvas" />
      <span className="grid-fast">
        <span>{figure(grid.fast.low)}</span>
        <strong>{grid.fast.name}</strong>
        <span>{figure(grid.fast.high)}</span>
      </span>
      <span className="grid-scale">
        {grid.signal}: {Number.isFinite(grid.low) ? figure(grid.low) : "–"}
        <span className="grid-colours" />
        {Number.isFinite(grid.high) ? figure(grid.high) : "–"}
      </span>
    </div>
  );
}
