import { bootstrap } from "../bootstrap";
import { errorFrom, query, request, segment } from "./client";
import type { Document } from "./runs";

export interface Tag {
  name: string;
  author: string;
}

export interface Note {
  uid: string;
  text: string;
  author: string;
  created_at: string;
  edited_at: string | null;
  edited_by: string;
}

export interface Attachment {
  uid: string;
  name: string;
  media_type: string;
  size: number;
  author: string;
  created_at: string;
}

export interface RunLink {
  uid: string;
  direction: "out" | "in";
  relation: string;
  run: string;
  scan_id: number | null;
  plan_name: string;
  note: string;
  author: string;
  is_document: boolean;
}

export interface Annotations {
  revision: number;
  tags: Tag[];
  notes: Note[];
  attachments: Attachment[];
  links: RunLink[];
}

export interface Revision {
  number: number;
  author: string;
  reason: string;
  created_at: string;
  changes: Document;
}

export interface Metadata {
  revision: number;
  newest: number;
  metadata: Document;
}

export interface BaselineEntry {
  key: string;
  device: string;
  units: string | null;
  before: unknown;
  after: unknown;
  count: number;
  is_changed: boolean;
}

export interface DeviceConfiguration {
  stream: string;
  descriptor: string;
  time: number;
  devices: Record<string, { data: Document; data_keys?: Record<string, { units?: string | null }> }>;
}

const of = (uid: string) => `runs/${segment(uid)}`;

export function getAnnotations(uid: string, signal?: AbortSignal): Promise<Annotations> {
  return request(`${of(uid)}/annotations`, { signal });
}

export function addTag(uid: string, name: string): Promise<Tag> {
  return request(`${of(uid)}/tags`, { method: "POST", body: { name } });
}

export function removeTag(uid: string, name: string): Promise<unknown> {
  return request(`${of(uid)}/tags/${segment(name)}`, { method: "DELETE" });
}

/** Tags on and off many runs: all or none. */
export function changeTags(runs: string[], add: string[], remove: string[]): Promise<unknown> {
  return request("runs/tags", { method: "POST", body: { runs, add, remove } });
}

export function addNote(uid: string, text: string): Promise<Note> {
  return request(`${of(uid)}/notes`, { method: "POST", body: { text } });
}

export function editNote(uid: string, note: string, text: string): Promise<Note> {
  return request(`${of(uid)}/notes/${segment(note)}`, { method: "PATCH", body: { text } });
}

export function removeNote(uid: string, note: string): Promise<unknown> {
  return request(`${of(uid)}/notes/${segment(note)}`, { method: "DELETE" });
}

export function addLink(uid: string, target: string, relation: string): Promise<RunLink> {
  return request(`${of(uid)}/links`, { method: "POST", body: { target, relation } });
}

export function removeLink(uid: string, link: string): Promise<unknown> {
  return request(`${of(uid)}/links/${segment(link)}`, { method: "DELETE" });
}

export const attachmentUrl = (uid: string, attachment: string) =>
  `/api/v1/${of(uid)}/attachments/${segment(attachment)}`;

/** The body is the file itself. */
export async function attach(uid: string, file: File): Promise<Attachment> {
  const answer = await fetch(`/api/v1/${of(uid)}/attachments${query({ name: file.name })}`, {
    method: "POST",
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      "Content-Type": file.type || "application/octet-stream",
      "X-CSRFToken": bootstrap.csrf_token,
    },
    body: file,
  });
  const body: unknown = await answer.json().catch(() => null);
  if (!answer.ok) throw errorFrom(answer.status, body);
  return body as Attachment;
}

export function detach(uid: string, attachment: string): Promise<unknown> {
  return request(`${of(uid)}/attachments/${segment(attachment)}`, { method: "DELETE" });
}

export function getMetadata(uid: string, revision?: number, signal?: AbortSignal): Promise<Metadata> {
  return request(`${of(uid)}/metadata${query({ revision })}`, { signal });
}

export function reviseMetadata(
  uid: string,
  changes: Document,
  reason: string,
  base: number,
): Promise<Revision> {
  return request(`${of(uid)}/metadata`, { method: "PATCH", body: { changes, reason, base } });
}

export async function getRevisions(uid: string, signal?: AbortSignal): Promise<Revision[]> {
  return (await request<{ results: Revision[] }>(`${of(uid)}/revisions`, { signal })).results;
}

export function restoreRevision(uid: string, number: number, reason: string): Promise<Revision> {
  return request(`${of(uid)}/revisions/${number}/restore`, { method: "POST", body: { reason } });
}

export async function getBaseline(uid: string, signal?: AbortSignal): Promise<BaselineEntry[]> {
  return (await request<{ results: BaselineEntry[] }>(`${of(uid)}/baseline`, { signal })).results;
}

export async function getConfiguration(uid: string, signal?: AbortSignal): Promise<DeviceConfiguration[]> {
  return (await request<{ results: DeviceConfiguration[] }>(`${of(uid)}/configuration`, { signal })).results;
}
