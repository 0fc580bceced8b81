import { query, request, segment } from "./client";

export interface ConsoleLine {
  seq: number;
  at: string;
  level: string;
  text: string;
  item?: string | null;
}

export interface ConsolePage {
  lines: ConsoleLine[];
  /** Number of the last line of all: go on from it. */
  last: number;
}

/** Lines after a number, else the last ones; of one item where that is given. */
export function getConsole(
  beamline: string,
  since?: number,
  signal?: AbortSignal,
  item?: string,
): Promise<ConsolePage> {
  return request(`beamlines/${segment(beamline)}/console${query({ since, item })}`, { signal });
}
