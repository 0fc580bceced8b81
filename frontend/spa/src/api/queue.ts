import { query, request, segment } from "./client";

/** Why a waiting item cannot run yet, whatever its place. */
export interface Obstacle {
  code: "to_be_approved" | "blocked" | "waits_for" | "not_before";
  detail: string;
  /** The time it waits for. */
  at?: string;
}

/** An item of one's own proposals. */
export interface VisibleItem {
  uid: string;
  /** `queue_stop` holds the queue when its turn comes, and runs nothing. */
  kind?: "plan" | "queue_stop";
  plan: string;
  parameters: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  note?: string;
  state: string;
  position: number | null;
  proposal: string;
  submitted_by: string;
  reviewed_by?: string;
  priority?: number;
  not_before?: string | null;
  waits_for?: string[];
  obstacle?: Obstacle | null;
  points?: number | null;
  estimated_s?: number | null;
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
  stop_after_item: boolean;
  loops: boolean;
  ignores_failures: boolean;
  holds_when_empty: boolean;
  running: QueueItem | null;
  items: QueueItem[];
  length: number;
  eta: Forecast;
}

/** How long all of the queue takes, and in how many seconds each shown item begins. */
export interface Forecast {
  seconds: number;
  /** Items whose duration is not known: they count as none. */
  unknown: number;
  starts_in_s: number[];
}

export type Mode = "loops" | "ignores_failures" | "holds_when_empty";

export interface History {
  results: VisibleItem[];
  next: string | null;
}

/** When an item may run, and a remark. */
export interface Wishes {
  note?: string;
  priority?: number;
  not_before?: string | null;
  /** Uids of items that have to end well first. */
  waits_for?: string[];
}

export interface NewItem extends Wishes {
  plan: string;
  parameters: Record<string, unknown>;
  proposal: string;
  metadata?: Record<string, unknown>;
  position?: "front" | "back" | number;
}

export type Changes = Partial<Pick<NewItem, "plan" | "parameters" | "metadata">> & Wishes;

export interface HistoryFilters {
  q?: string;
  plan?: string;
  state?: string;
  user?: string;
  proposal?: string;
  since?: string;
  until?: string;
}

export type Place = { position: "front" | "back" | number } | { before: string } | { after: string };

const at = (beamline: string) => `beamlines/${segment(beamline)}`;

export function getQueue(beamline: string, signal?: AbortSignal): Promise<Queue> {
  return request(`${at(beamline)}/queue`, { signal });
}

/** Several items at once, all or none. */
export function addBatch(
  beamline: string,
  batch: { proposal: string; items: Omit<NewItem, "proposal" | "position">[] },
): Promise<unknown> {
  return request(`${at(beamline)}/queue/batch`, { method: "POST", body: batch });
}

export function getHistory(
  beamline: string,
  asked: HistoryFilters & { cursor?: string } = {},
  signal?: AbortSignal,
): Promise<History> {
  return request(`${at(beamline)}/history${query({ ...asked })}`, { signal });
}

export function getItem(beamline: string, uid: string, signal?: AbortSignal): Promise<VisibleItem> {
  return request(`${at(beamline)}/queue/items/${segment(uid)}`, { signal });
}

export function addItem(beamline: string, item: NewItem): Promise<VisibleItem> {
  return request(`${at(beamline)}/queue/items`, { method: "POST", body: item });
}

export function proposeItem(beamline: string, item: Omit<NewItem, "position">): Promise<VisibleItem> {
  return request(`${at(beamline)}/queue/proposed`, { method: "POST", body: item });
}

export function updateItem(beamline: string, uid: string, changes: Changes): Promise<VisibleItem> {
  return request(`${at(beamline)}/queue/items/${segment(uid)}`, { method: "PATCH", body: changes });
}

export function duplicateItem(beamline: string, uid: string): Promise<VisibleItem> {
  return request(`${at(beamline)}/queue/items/${segment(uid)}/duplicate`, { method: "POST" });
}

export type Verdict = "approve" | "deny";

export function reviewItem(
  beamline: string,
  uid: string,
  verdict: Verdict,
  reason: string,
): Promise<VisibleItem> {
  return request(`${at(beamline)}/queue/items/${segment(uid)}/${verdict}`, {
    method: "POST",
    body: { reason },
  });
}

/** Address of an item, or without one of the whole queue, as a file to take away. */
export function exportUrl(beamline: string, format: "json" | "python", uid?: string): string {
  const what = uid ? `queue/items/${segment(uid)}/export` : "queue/export";
  return `/api/v1/${at(beamline)}/${what}${query({ format })}`;
}

export function runNow(
  beamline: string,
  item: Omit<NewItem, "position" | keyof Wishes>,
): Promise<VisibleItem> {
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

export function moveItems(beamline: string, uids: string[], place: Place): Promise<unknown> {
  const body = { uids, keeps_queue_order: true, ...place };
  return request(`${at(beamline)}/queue/move`, { method: "POST", body });
}

/** Items that have started or gone meanwhile are passed over. */
export function removeItems(beamline: string, uids: string[]): Promise<unknown> {
  const body = { uids, ignores_missing: true };
  return request(`${at(beamline)}/queue/remove`, { method: "POST", body });
}

export function setMode(beamline: string, mode: Mode, isOn: boolean): Promise<unknown> {
  return request(`${at(beamline)}/queue/modes`, { method: "POST", body: { [mode]: isOn } });
}

export function stopAfterItem(beamline: string, isWanted: boolean): Promise<unknown> {
  return request(`${at(beamline)}/queue/stop-after`, { method: isWanted ? "POST" : "DELETE" });
}
