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

export function getConsole(beamline: string, since?: number, signal?: AbortSignal): Promise<ConsolePage> {
  return request(`beamlines/${segment(beamline)}/console${query({ since })}`, { signal });
}
