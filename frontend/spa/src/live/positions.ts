import type { Fit } from "../api/fits";
import type { PeakStatistics } from "./peak";
import type { RunBuffer, StreamColumns } from "./run_buffer";

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

/** The motor that a scan moved along this column; null where the column is no motor's position. */
export function motorOf(run: RunBuffer, stream: StreamColumns | undefined, column: string): string | null {
  const motors = Array.isArray(run.start?.motors) ? run.start.motors.map(String) : [];
  const keys = (stream?.descriptor.object_keys ?? {}) as Record<string, string[]>;
  const owner = Object.keys(keys).find((name) => keys[name]?.includes(column));
  return motors.find((name) => [column, owner].includes(name) || asColumn(name) === column) ?? null;
}

/** A part of a device, `mono.energy`, has its column under `mono_energy`. */
const asColumn = (name: string) => name.replaceAll(".", "_");
