import { query, request, segment } from "./client";

/** An item of one's own proposals. */
export interface VisibleItem {
  uid: string;
  plan: string;
  parameters: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  state: string;
  position: number | null;
  proposal: string;
  submitted_by: string;
  run_uids: string[];
  created_at?: string | null;
  started_at?: string | null;
  finished_at?: string | null;
  exit_status?: string | null;
  reason?: string;
  traceback?: string;
  copied_from?: string | null;
  hidden?: false;
}

/** An item of somebody else's proposal keeps its place and shows nothing else. */
export interface HiddenItem {
  hidden: true;
  state: string;
  position: number | null;
}

export type QueueItem = VisibleItem | HiddenItem;

export interface Queue {
  version: number;
  is_held: boolean;
  hold_reason: string;
  stop_after_item?: boolean;
  running: QueueItem | null;
  items: QueueItem[];
  length: number;
}

export interface History {
  results: VisibleItem[];
  next: string | null;
}

export interface NewItem {
  plan: string;
  parameters: Record<string, unknown>;
  proposal: string;
  metadata?: Record<string, unknown>;
  position?: "front" | "back" | number;
}

export type Place = { position: "front" | "back" | number } | { before: string } | { after: string };

const at = (beamline: string) => `beamlines/${segment(beamline)}`;

export function getQueue(beamline: string, signal?: AbortSignal): Promise<Queue> {
  return request(`${at(beamline)}/queue`, { signal });
}

export function getHistory(beamline: string, cursor = "", signal?: AbortSignal): Promise<History> {
  return request(`${at(beamline)}/history${query({ cursor })}`, { signal });
}

export function getItem(beamline: string, uid: string, signal?: AbortSignal): Promise<VisibleItem> {
  return request(`${at(beamline)}/queue/items/${segment(uid)}`, { signal });
}

export function addItem(beamline: string, item: NewItem): Promise<VisibleItem> {
  return request(`${at(beamline)}/queue/items`, { method: "POST", body: item });
}

export function runNow(beamline: string, item: Omit<NewItem, "position">): Promise<VisibleItem> {
  return request(`${at(beamline)}/queue/run-now`, { method: "POST", body: item });
}

export function removeItem(beamline: string, uid: string): Promise<unknown> {
  return request(`${at(beamline)}/queue/items/${segment(uid)}`, { method: "DELETE" });
}

export function moveItem(beamline: string, uid: string, place: Place): Promise<unknown> {
  return request(`${at(beamline)}/queue/items/${segment(uid)}/move`, { method: "POST", body: place });
}

export function startQueue(beamline: string): Promise<unknown> {
  return request(`${at(beamline)}/queue/start`, { method: "POST" });
}

export function holdQueue(beamline: string, reason: string): Promise<unknown> {
  return request(`${at(beamline)}/queue/hold`, { method: "POST", body: { reason } });
}

export function clearQueue(beamline: string): Promise<unknown> {
  return request(`${at(beamline)}/queue/clear`, { method: "POST" });
}
