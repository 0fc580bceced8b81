import { request, segment } from "./client";

export interface DeviceDescription {
  class?: string;
  title?: string;
  protocols: string[];
  units?: string | null;
  limits?: [number, number] | null;
  precision?: number | null;
  readback?: string | null;
  /** Names of the states that it can be put into. */
  choices?: string[];
  components?: Record<string, unknown>;
}

export type Devices = Record<string, DeviceDescription>;

export interface DeviceValue {
  value: unknown;
  timestamp?: number | null;
  alarm?: string | number | null;
  units?: string | null;
  stale?: boolean;
}

export type Values = Record<string, DeviceValue>;

export async function getDevices(beamline: string, signal?: AbortSignal): Promise<Devices> {
  const answer = await request<{ devices: Devices }>(`beamlines/${segment(beamline)}/devices`, { signal });
  return answer.devices;
}

export async function getValues(beamline: string, signal?: AbortSignal): Promise<Values> {
  const answer = await request<{ values: Values }>(`beamlines/${segment(beamline)}/values`, { signal });
  return answer.values;
}
