import { request, segment } from "./client";
import type { Command } from "./engine";

export interface DeviceDescription {
  class?: string;
  kind?: string;
  dtype?: string | null;
  title?: string;
  protocols: string[];
  units?: string | null;
  limits?: [number, number] | null;
  precision?: number | null;
  readback?: string | null;
  /** Names of the states that it can be put into. */
  choices?: string[];
  components?: Devices;
  /** What a setting had when the beamline was opened. */
  value?: unknown;
}

export interface Devices {
  [name: string]: DeviceDescription;
}

export interface DeviceValue {
  value: unknown;
  timestamp?: number | null;
  alarm?: string | number | null;
  units?: string | null;
  stale?: boolean;
  /** Why it could not be read. */
  fault?: string;
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

const here = (beamline: string, device: string) =>
  `beamlines/${segment(beamline)}/devices/${segment(device)}`;

/** Where to, in the device's own units; with `relative` by how much. */
export interface Target {
  value: number | string;
  relative?: boolean;
}

export function moveDevice(beamline: string, device: string, target: Target): Promise<Command> {
  return request(`${here(beamline, device)}/move`, { method: "POST", body: target });
}

export function stopDevice(beamline: string, device: string): Promise<Command> {
  return request(`${here(beamline, device)}/stop`, { method: "POST" });
}

/** Read a device; with its parts, under their dotted names, where wanted. */
export function readDevice(beamline: string, device: string, parts = false): Promise<Command> {
  return request(`${here(beamline, device)}/read`, { method: "POST", ...(parts && { body: { parts } }) });
}
