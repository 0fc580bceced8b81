import type { Grid } from "../live/grid";
import { colourTable } from "./colours";

const COLOURS = colourTable();

/** Place of a value between the lowest and the highest, 0 to 1; by logarithm where both are above nought. */
export function shareOf(value: number, low: number, high: number, isLog: boolean): number {
  if (high <= low) return 0;
  if (!isLog || high <= 0) return (value - low) / (high - low);
  const least = low > 0 ? low : high * 1e-4;
  return Math.max(0, Math.log(Math.max(value, least) / least) / Math.log(high / least));
}

/** One pixel a cell, the lowest row at the bottom; the browser scales it up without smoothing. */
export function paintGrid(canvas: HTMLCanvasElement, grid: Grid, isLog = false): void {
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
