import type { Fit } from "../api/fits";
import { type Grid, peakOfGrid } from "./grid";
import type { PeakStatistics } from "./peak";

/** A position that a scan has found, with what it is. */
export interface Found {
  name: string;
  /** One for each motor. */
  positions: number[];
}

type Position = { name: string; position: number };

/** Places of a map worth going to, as positions of the motor of the fast and of the slow axis. */
export function placesOf(grid: Grid): Found[] {
  const peak = peakOfGrid(grid);
  if (!peak) return [];
  const spans = [grid.fast, grid.slow].map(({ low, high }) => high - low);
  const place = (positions: number[]) => positions.map((at, axis) => rounded(at, spans[axis] ?? 0));
  return [
    { name: "maximum", positions: place(peak.maximum) },
    { name: "centre of mass", positions: place(peak.centreOfMass) },
  ];
}

/** Positions worth going to, the most telling first. A fit that is not good is none of them. */
export function positionsOf(peak: PeakStatistics | null, fit: Fit | null): Found[] {
  const width = peak?.fwhm ?? fit?.numbers.fwhm?.value ?? 0;
  const centre = fit?.is_good ? fit.numbers.centre?.value : undefined;
  const found = [
    { name: "centre of the fit", position: centre },
    { name: "centre", position: peak?.centre ?? undefined },
    { name: "maximum", position: peak?.maxX },
    { name: "centre of mass", position: peak?.centreOfMass },
  ];
  return found
    .filter((one): one is Position => one.position !== undefined && Number.isFinite(one.position))
    .map(({ name, position }) => ({ name, positions: [rounded(position, width)] }));
}

/** To a ten-thousandth of the width: what lies beyond is none of the scan's knowledge. */
function rounded(position: number, width: number): number {
  if (!(width > 0)) return position;
  const places = 4 - Math.floor(Math.log10(width));
  return places < 0 || places > 12 ? position : Number(position.toFixed(places));
}

/**
 * The motor that a scan moved along this column; null where the column is no motor's position. `moved` is what
 * the start document lists as motors, `keys` are the columns of each device.
 */
export function motorOf(moved: unknown, keys: Record<string, string[]>, column: string): string | null {
  const motors = Array.isArray(moved) ? moved.map(String) : [];
  const owner = Object.keys(keys).find((name) => keys[name]?.includes(column));
  return motors.find((name) => [column, owner].includes(name) || asColumn(name) === column) ?? null;
}

/** A part of a device, `mono.energy`, has its column under `mono_energy`. */
const asColumn = (name: string) => name.replaceAll(".", "_");
