import { type PointerEvent, useRef, useState } from "react";
import { figure } from "../../components/format";
import { Button } from "../../components/parts";
import type { Region, RegionSum } from "../../live/frame_painter";

interface RegionProps {
  rows: number;
  columns: number;
  region: Region | null;
  onRegion: (region: Region | null) => void;
}

type Corner = [x: number, y: number];

/** The region between two corners of the picture, each from 0 to 1; null where it has no pixel. */
export function regionBetween(from: Corner, to: Corner, rows: number, columns: number): Region | null {
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  const [left, right] = [from[0], to[0]].map((x) => clip(x) * columns).sort((a, b) => a - b) as Corner;
  const [top, bottom] = [from[1], to[1]].map((y) => clip(y) * rows).sort((a, b) => a - b) as Corner;
  const region = {
    left: Math.floor(left),
    top: Math.floor(top),
    width: Math.ceil(right) - Math.floor(left),
    height: Math.ceil(bottom) - Math.floor(top),
  };
  return region.width > 1 && region.height > 1 ? region : null;
}

/** A box over the picture: drawn by dragging; with the keyboard it is set by the fields beside. */
export function RegionBox({ rows, columns, region, onRegion }: RegionProps) {
  const from = useRef<Corner | null>(null);
  const [drag, setDrag] = useState<Region | null>(null);
  const at = (event: PointerEvent<HTMLDivElement>): Corner => {
    const box = event.currentTarget.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  const begin = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    from.current = at(event);
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (from.current) setDrag(regionBetween(from.current, at(event), rows, columns));
  };
  const end = (event: PointerEvent<HTMLDivElement>) => {
    if (!from.current) return;
    onRegion(regionBetween(from.current, at(event), rows, columns));
    from.current = null;
    setDrag(null);
  };
  const shown = drag ?? region;
  return (
    <div className="region-stage" onPointerDown={begin} onPointerMove={move} onPointerUp={end}>
      {shown && (
        <div
          className="region-box"
          style={{
            left: `${(100 * shown.left) / columns}%`,
            top: `${(100 * shown.top) / rows}%`,
            width: `${(100 * shown.width) / columns}%`,
            height: `${(100 * shown.height) / rows}%`,
          }}
        />
      )}
    </div>
  );
}

interface RegionFieldsProps extends RegionProps {
  sum: RegionSum | null | undefined;
}

const SIDES = ["left", "top", "width", "height"] as const;

/** The region in numbers, and what its pixels come to. */
export function RegionFields({ rows, columns, region, onRegion, sum }: RegionFieldsProps) {
  if (!region) {
    const middle = { left: columns >> 2, top: rows >> 2, width: columns >> 1 || 1, height: rows >> 1 || 1 };
    return (
      <p className="region-line">
        <Button kind="quiet" onClick={() => onRegion(middle)}>
          Measure a region
        </Button>
        <span className="muted">or drag over the picture</span>
      </p>
    );
  }
  return (
    <fieldset className="region-line">
      <legend className="visually-hidden">Region</legend>
      {SIDES.map((side) => (
        <label key={side} className="inline">
          {side}
          <input
            type="number"
            className="number"
            min={side === "width" || side === "height" ? 1 : 0}
            value={region[side]}
            onChange={(event) => {
              const value = Math.round(event.target.valueAsNumber);
              if (Number.isFinite(value)) onRegion({ ...region, [side]: value });
            }}
          />
        </label>
      ))}
      <Button kind="quiet" onClick={() => onRegion(null)}>
        No region
      </Button>
      {sum && (
        <p data-testid="region-sum">
          Intensity <strong>{figure(sum.sum)}</strong>, mean {figure(sum.mean)}, greatest{" "}
          {figure(sum.greatest)} in {sum.pixels} pixels
        </p>
      )}
    </fieldset>
  );
}
