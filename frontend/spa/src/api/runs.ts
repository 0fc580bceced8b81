import { query, request, segment } from "./client";
import type { Column, DeviceHistory, RunPage, RunSummary } from "./generated";

export type { Column, DeviceHistory, HistoryEntry, RunPage, RunSummary } from "./generated";

export interface StreamDetail {
  columns: Column[];
  hints: Record<string, { fields?: string[] }>;
  object_keys: Record<string, string[]>;
  num_events: number;
}

export type Document = Record<string, unknown>;

export interface RunDetail extends RunSummary {
  start: Document;
  stop: Document | null;
  descriptors: Document[];
  streams: Record<string, StreamDetail>;
  last_ordinal: number;
}

export type RunDocument = [ordinal: number, name: string, doc: Document];

export interface RunFilters {
  q?: string;
  plan?: string;
  status?: string;
  since?: string;
  until?: string;
  proposal?: string;
  beamline?: string;
  sort?: string;
  show?: string;
  cursor?: string;
  limit?: number;
}

export type Facets = Record<string, { value: string; count: number }[]>;

export function getRuns(filters: RunFilters, signal?: AbortSignal): Promise<RunPage> {
  return request(`runs${query({ ...filters })}`, { signal });
}

export interface Histogram {
  step: Step;
  time_zone: string;
  results: Bar[];
}

export type Step = "hour" | "day" | "week" | "month";

export interface Bar {
  start: number;
  begins: string;
  count: number;
}

export function getHistogram(filters: RunFilters, by: Step, signal?: AbortSignal): Promise<Histogram> {
  return request(`runs/histogram${query({ ...filters, by })}`, { signal });
}

export interface Counted<T> {
  value: T;
  count: number | null;
}

export async function getKeys(prefix: string, signal?: AbortSignal): Promise<Counted<string>[]> {
  const answer = await request<{ results: { key: string; count: number | null }[] }>(
    `runs/keys${query({ prefix })}`,
    { signal },
  );
  return answer.results.map(({ key, count }) => ({ value: key, count }));
}

export async function getValues(
  key: string,
  prefix: string,
  signal?: AbortSignal,
): Promise<Counted<unknown>[]> {
  const text = query({ key, prefix, limit: 12 });
  return (await request<{ results: Counted<unknown>[] }>(`runs/values${text}`, { signal })).results;
}

/** What a device told in the runs of a beamline, newest first; `key` and `cursor` may be empty. */
export function getDeviceHistory(
  asked: { beamline: string; device: string; key: string; cursor: string },
  signal?: AbortSignal,
): Promise<DeviceHistory> {
  return request(`runs/device-history${query({ ...asked })}`, { signal });
}

export function getRun(uid: string, signal?: AbortSignal): Promise<RunDetail> {
  return request(`runs/${segment(uid)}`, { signal });
}

export async function getFacets(filters: RunFilters, signal?: AbortSignal): Promise<Facets> {
  const answer = await request<Record<string, unknown>>(`runs/facets${query({ ...filters })}`, { signal });
  const facets: Facets = {};
  for (const [name, counts] of Object.entries(answer)) facets[name] = facetRows(counts);
  return facets;
}

/** Rows of a facet, from [{value, count}], [[value, count]] or {value: count}. */
export function facetRows(counts: unknown): { value: string; count: number }[] {
  if (Array.isArray(counts)) {
    return counts.map((row) =>
      Array.isArray(row)
        ? { value: String(row[0]), count: Number(row[1]) }
        : { value: String(row.value ?? row.name ?? row.key ?? ""), count: Number(row.count) },
    );
  }
  if (typeof counts !== "object" || counts === null) return [];
  return Object.entries(counts).map(([value, count]) => ({ value, count: Number(count) }));
}

export async function getDocuments(uid: string, since = -1, signal?: AbortSignal): Promise<RunDocument[]> {
  const answer = await request<unknown>(`runs/${segment(uid)}/documents${query({ since })}`, { signal });
  const rows = Array.isArray(answer)
    ? answer
    : (((answer as Record<string, unknown>)?.documents ??
        (answer as Record<string, unknown>)?.results ??
        []) as unknown[]);
  return rows.map((row) =>
    Array.isArray(row)
      ? (row as RunDocument)
      : [
          Number((row as Document).ordinal),
          String((row as Document).name),
          (row as Document).doc as Document,
        ],
  );
}

export interface Table {
  start?: number;
  stop?: number;
  num_events?: number;
  columns: Record<string, unknown[]>;
}

export function getTable(
  uid: string,
  stream: string,
  options: { columns?: string[]; start?: number; stop?: number } = {},
  signal?: AbortSignal,
): Promise<Table> {
  const text = query({ columns: options.columns?.join(","), start: options.start, stop: options.stop });
  return request(`runs/${segment(uid)}/streams/${segment(stream)}/table${text}`, { signal });
}

export interface Figure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
}

export const exportUrl = (uid: string, kind: "csv" | "jsonl", stream = "") =>
  `/api/v1/runs/${segment(uid)}/export/${kind}${query({ stream })}`;

export interface FrameOptions {
  format?: "png" | "npy";
  vmin?: number;
  vmax?: number;
  /** Pixels of the longer side at most. */
  size?: number;
}

export const frameUrl = (
  uid: string,
  stream: string,
  field: string,
  index: number,
  options: FrameOptions = {},
) =>
  `/api/v1/runs/${segment(uid)}/streams/${segment(stream)}/frames/${segment(field)}/${index}${query({ format: "png", ...options })}`;
