import { query, request, segment } from "./client";
import type { RunSummary } from "./runs";

export interface LogFile {
  uid: string;
  name: string;
  media_type: string;
  size: number;
}

/** What somebody wrote down. */
export interface LogEntry {
  uid: string;
  kind: "entry" | "chat";
  beamline: string;
  proposal: string;
  author: string;
  text: string;
  run: string | null;
  mentions: string[];
  created_at: string;
  edited_at: string | null;
  attachments: LogFile[];
}

export interface LogLine {
  kind: "entry" | "chat" | "run";
  /** POSIX seconds. */
  at: number;
  entry?: LogEntry;
  run?: RunSummary;
}

export interface LogPage {
  results: LogLine[];
  next: number | null;
}

export interface LogQuestion {
  proposal?: string;
  kind?: string;
  q?: string;
  before?: number;
  limit?: number;
}

const here = (beamline: string) => `beamlines/${segment(beamline)}/log`;

export function getLog(beamline: string, asked: LogQuestion, signal?: AbortSignal): Promise<LogPage> {
  return request(`${here(beamline)}${query({ ...asked })}`, { signal });
}

export function writeLog(
  beamline: string,
  entry: { proposal: string; text: string; kind: "entry" | "chat"; run?: string },
): Promise<LogEntry> {
  return request(here(beamline), { method: "POST", body: entry });
}

export function changeLog(beamline: string, uid: string, text: string): Promise<LogEntry> {
  return request(`${here(beamline)}/${segment(uid)}`, { method: "PATCH", body: { text } });
}

export function withdrawLog(beamline: string, uid: string): Promise<unknown> {
  return request(`${here(beamline)}/${segment(uid)}`, { method: "DELETE" });
}

export function attachToLog(beamline: string, uid: string, file: File): Promise<LogFile> {
  return request(`${here(beamline)}/${segment(uid)}/files${query({ name: file.name })}`, {
    method: "POST",
    body: file,
  });
}

export const logFileUrl = (beamline: string, uid: string, file: string) =>
  `/api/v1/${here(beamline)}/${segment(uid)}/files/${segment(file)}`;
