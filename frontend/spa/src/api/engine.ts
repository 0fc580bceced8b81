import { request, segment } from "./client";

export type EngineAction = "pause" | "resume" | "stop" | "abort" | "halt";

export interface ControlCommand {
  uid: string;
  action: EngineAction;
}

export function postEngineAction(
  beamline: string,
  action: EngineAction,
  body: { reason?: string; defer?: boolean } = {},
): Promise<ControlCommand> {
  return request(`beamlines/${segment(beamline)}/engine/${action}`, { method: "POST", body });
}
