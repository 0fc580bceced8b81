import type { ReactNode } from "react";
import { figure, toScale } from "../../components/format";
import { Card, Empty } from "../../components/parts";
import { type Grid, type GridAxis, peakOfGrid } from "../../live/grid";

interface MapPeakProps {
  grid: Grid;
  children?: ReactNode;
}

/** Where a map is highest, as far as it is taken, and what can be done with that. */
export function MapPeakCard({ grid, children }: MapPeakProps) {
  const peak = peakOfGrid(grid);
  return (
    <Card title={`Peak of ${grid.signal}`} className="peak-card">
      {peak ? (
        <dl className="facts" data-testid="map-peak">
          <dt>Maximum</dt>
          <dd>{figure(peak.value)}</dd>
          <dt>at {grid.fast.name}</dt>
          <dd>{along(grid.fast, peak.maximum[0])}</dd>
          <dt>at {grid.slow.name}</dt>
          <dd>{along(grid.slow, peak.maximum[1])}</dd>
          <dt>Centre of mass {grid.fast.name}</dt>
          <dd>{along(grid.fast, peak.centreOfMass[0])}</dd>
          <dt>Centre of mass {grid.slow.name}</dt>
          <dd>{along(grid.slow, peak.centreOfMass[1])}</dd>
        </dl>
      ) : (
        <Empty>Shown when the signal rises somewhere.</Empty>
      )}
      {children}
    </Card>
  );
}

const along = (axis: GridAxis, at: number) => `${toScale(at, axis.high - axis.low)} ${axis.units}`;
