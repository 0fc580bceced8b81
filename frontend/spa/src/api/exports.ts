import { query, request, segment } from "./client";

/** One format that runs can be had in, with the JSON schema of what may be chosen. */
export interface ExportFormat {
  name: string;
  title: string;
  ending: string;
  media_type: string;
  is_lossless: boolean;
  loses: string;
  readers: string[];
  options: { properties?: Record<string, OptionSchema> };
}

export interface OptionSchema {
  type?: string | string[];
  enum?: unknown[];
  default?: unknown;
  description?: string;
}

export interface ExportJob {
  uid: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled" | "expired";
  format: string;
  options: Record<string, unknown>;
  runs: string[];
  created_at: string;
  finished_at: string | null;
  expires_at: string | null;
  rows: number;
  num_rows: number | null;
  runs_done: number;
  bytes: number;
  sha256: string;
  file_name: string;
  problem: string;
  left_out: { run: string; why?: string; reason?: string }[];
  link: string;
}

export async function getFormats(signal?: AbortSignal): Promise<ExportFormat[]> {
  return (await request<{ results: ExportFormat[] }>("exports/formats", { signal })).results;
}

export async function getJobs(signal?: AbortSignal): Promise<ExportJob[]> {
  return (await request<{ results: ExportJob[] }>("exports", { signal })).results;
}

export function orderExport(order: {
  runs?: string[];
  query?: string;
  format: string;
  options?: Record<string, unknown>;
}): Promise<ExportJob> {
  return request("exports", { method: "POST", body: order });
}

export function cancelJob(uid: string): Promise<ExportJob> {
  return request(`exports/jobs/${segment(uid)}/cancel`, { method: "POST" });
}

export function deleteJob(uid: string): Promise<unknown> {
  return request(`exports/jobs/${segment(uid)}`, { method: "DELETE" });
}

export const jobFileUrl = (uid: string) => `/api/v1/exports/jobs/${segment(uid)}/file`;

/** Address of a run in one format; lists go as JSON. */
export function runExportUrl(uid: string, format: string, options: Record<string, unknown> = {}): string {
  const texts = Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      Array.isArray(value) ? (value.length ? JSON.stringify(value) : "") : (value as string | number),
    ]),
  );
  return `/api/v1/runs/${segment(uid)}/export/${segment(format)}${query(texts)}`;
}
