import { request, segment } from "./client";
import type { ControlLease } from "./status";

export function getControl(beamline: string, signal?: AbortSignal): Promise<ControlLease | null> {
  return request(`beamlines/${segment(beamline)}/control`, { signal });
}

export function takeControl(beamline: string, reason = ""): Promise<ControlLease> {
  return request(`beamlines/${segment(beamline)}/control/take`, {
    method: "POST",
    body: reason ? { reason } : {},
  });
}

export function releaseControl(beamline: string): Promise<ControlLease | null> {
  return request(`beamlines/${segment(beamline)}/control/release`, { method: "POST" });
}

export function keepControl(beamline: string): Promise<ControlLease> {
  return request(`beamlines/${segment(beamline)}/control/keep`, { method: "POST" });
}

export function requestControl(beamline: string, reason = ""): Promise<ControlLease> {
  return request(`beamlines/${segment(beamline)}/control/request`, { method: "POST", body: { reason } });
}

export function withdrawRequest(beamline: string): Promise<unknown> {
  return request(`beamlines/${segment(beamline)}/control/request`, { method: "DELETE" });
}

export function giveControl(beamline: string, to: string): Promise<ControlLease> {
  return request(`beamlines/${segment(beamline)}/control/give`, { method: "POST", body: { to } });
}
