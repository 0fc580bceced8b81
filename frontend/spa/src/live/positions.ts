import type { Fit } from "../api/fits";
import type { PeakStatistics } from "./peak";

/** A position that a scan has found, with what it is. */
export interface Found {
  name: string;
  position: number;
}

/** Positions worth going to, the most telling first. A fit that is not good is none of them. */
export function positionsOf(peak: PeakStatistics | null, fit: Fit | null): Found[] {
  const centre = fit?.is_good ? fit.numbers.centre?.value : undefined;
  const found = [
    { name: "centre of the fit", position: centre },
    { name: "centre", position: peak?.centre ?? undefined },
    { name: "maximum", position: peak?.maxX },
    { name: "centre of mass", position: peak?.centreOfMass },
  ];
  return found.filter((one): one is Found => one.position !== undefined && Number.isFinite(one.position));
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
