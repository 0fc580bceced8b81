import { request, segment } from "./client";
import type { Command } from "./engine";

/** What the worker has loaded of the beamline. */
export interface Environment {
  is_open: boolean;
  /** Somebody closed it: no worker opens it by itself. */
  keeps_closed: boolean;
  closed_reason: string;
  opened_at: string | null;
  versions: Record<string, string>;
  modules: string[];
  faults: unknown[];
  plans: string[];
  devices: string[];
}

export type EnvironmentAction = "open" | "close" | "update" | "destroy";

export function getEnvironment(beamline: string, signal?: AbortSignal): Promise<Environment> {
  return request(`beamlines/${segment(beamline)}/environment`, { signal });
}

export function postEnvironmentAction(
  beamline: string,
  action: EnvironmentAction,
  reason: string,
): Promise<Command> {
  return request(`beamlines/${segment(beamline)}/environment/${action}`, {
    method: "POST",
    body: { reason },
  });
}
