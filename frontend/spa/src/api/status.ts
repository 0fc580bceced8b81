import { request, segment } from "./client";

export interface Progress {
  points_done: number;
  points: number | null;
  percent: number | null;
  eta_s: number | null;
}

/** Somebody who waits for the control that another one has. */
export interface ControlRequest {
  username: string;
  since: string;
  reason: string;
}

export interface ControlLease {
  holder: string | null;
  since: string | null;
  expires_at: string | null;
  note?: string;
  requests?: ControlRequest[];
}

/** What runs now; of a proposal that is not one's own only that something runs. */
export interface RunningItem {
  uid?: string;
  state: string;
  plan?: string;
  proposal?: string;
  submitted_by?: string;
  started_at?: string | null;
  hidden?: boolean;
}

/** Something that holds plans while a value is out of its range. */
export interface Suspender {
  class: string;
  device: string;
  /** As the manifest has them: thresholds and waits. */
  settings?: Record<string, unknown>;
  is_holding: boolean;
  reason: string;
  since: number | null;
}

/** What the staff tell everybody at the beamline. */
export interface StaffNotice {
  text: string;
  by: string;
  since: string;
}

export interface EngineStatus {
  beamline: string;
  worker: "ready" | "starting" | "closed" | "lost" | "absent";
  engine_state: string;
  environment_open: boolean;
  item: RunningItem | null;
  run_uid: string | null;
  progress: Partial<Progress> | null;
  queue: { is_held: boolean; hold_reason: string; length: number };
  control: ControlLease | null;
  suspenders?: Suspender[];
  notice?: StaffNotice | null;
  message: string;
  version: number;
  server_time: string | number;
  /** The pushed status leaves out what belongs to a proposal: ask by REST for the whole. */
  redacted?: boolean;
}

const noticeOf = (beamline: string) => `beamlines/${segment(beamline)}/notice`;

export function setNotice(beamline: string, text: string): Promise<unknown> {
  return request(noticeOf(beamline), { method: "PUT", body: { text } });
}

export function clearNotice(beamline: string): Promise<unknown> {
  return request(noticeOf(beamline), { method: "DELETE" });
}

export function getStatus(beamline: string, signal?: AbortSignal): Promise<EngineStatus> {
  return request(`beamlines/${segment(beamline)}/status`, { signal });
}
