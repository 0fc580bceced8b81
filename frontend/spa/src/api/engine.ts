import { request, segment } from "./client";

export type EngineAction = "pause" | "resume" | "stop" | "abort" | "halt";

/** Something that the worker was asked to do, and what came of it. */
export interface Command {
  uid: string;
  action: string;
  device: string | null;
  taken_at: string | null;
  /** Null as long as it is on its way. */
  done_at: string | null;
  outcome: "" | "done" | "refused" | "failed" | "expired";
  detail: string;
  result: Record<string, unknown>;
}

export function postEngineAction(
  beamline: string,
  action: EngineAction,
  body: { reason?: string; defer?: boolean } = {},
): Promise<Command> {
  return request(`beamlines/${segment(beamline)}/engine/${action}`, { method: "POST", body });
}

export function getCommand(beamline: string, uid: string, signal?: AbortSignal): Promise<Command> {
  return request(`beamlines/${segment(beamline)}/engine/commands/${segment(uid)}`, { signal });
}

const FIRST_LOOK_MS = 150;
const SLOWEST_LOOK_MS = 1_000;

/** Ask again and again, ever more slowly, until the worker has answered the command. */
export async function settled(beamline: string, command: Command, signal?: AbortSignal): Promise<Command> {
  let latest = command;
  for (let pause = FIRST_LOOK_MS; !latest.done_at; pause = Math.min(pause * 1.5, SLOWEST_LOOK_MS)) {
    await new Promise((resolve) => window.setTimeout(resolve, pause));
    signal?.throwIfAborted();
    latest = await getCommand(beamline, command.uid, signal);
  }
  return latest;
}
