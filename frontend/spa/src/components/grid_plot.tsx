import { type MouseEvent, useEffect, useRef, useState } from "react";
import { label } from "../live/axes";
import { type Grid, positionAt } from "../live/grid";
import { figure, toScale } from "./format";
import { paintGrid } from "./grid_picture";

const inside = (share: number, cells: number) => Math.min(cells - 1, Math.max(0, Math.floor(share * cells)));

/** What a cell of the map says: "3659 at sx 1.2, sy -0.5". */
export function cellInWords(grid: Grid, column: number, row: number): string {
  const value = grid.cells[row * grid.columns + column] ?? Number.NaN;
  const along = (axis: Grid["fast"], cell: number, cells: number) =>
    `${axis.name} ${toScale(positionAt(axis, cell, cells), axis.high - axis.low)}`;
  const at = `${along(grid.fast, column, grid.columns)}, ${along(grid.slow, row, grid.rows)}`;
  return Number.isFinite(value) ? `${figure(value)} at ${at}` : `nothing yet at ${at}`;
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
    if (canvas.current) paintGrid(canvas.current, grid, isLog);
  }, [grid, version, isLog]);
  const [cell, setCell] = useState<[column: number, row: number] | null>(null);
  const point = (event: MouseEvent<HTMLCanvasElement>) => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const share = [(event.clientX - left) / width, 1 - (event.clientY - top) / height] as const;
    setCell([inside(share[0], grid.columns), inside(share[1], grid.rows)]);
  };
  return (
    <div className="grid-plot" aria-hidden="true">
      <span className="grid-slow">
        <span>{figure(grid.slow.high)}</span>
        <strong>{label(grid.slow.name, grid.slow.units)}</strong>
        <span>{figure(grid.slow.low)}</span>
      </span>
      <canvas ref={canvas} className="grid-canvas" onMouseMove={point} onMouseLeave={() => setCell(null)} />
      <span className="grid-fast">
        <span>{figure(grid.fast.low)}</span>
        <strong>{label(grid.fast.name, grid.fast.units)}</strong>
        <span>{figure(grid.fast.high)}</span>
      </span>
      <span className="grid-scale">
        {grid.signal}: {Number.isFinite(grid.low) ? figure(grid.low) : "–"}
        <span className="grid-colours" />
        {Number.isFinite(grid.high) ? figure(grid.high) : "–"}
        <span className="grid-here">{cell && cellInWords(grid, ...cell)}</span>
      </span>
    </div>
  );
}
