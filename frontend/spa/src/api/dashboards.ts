import { query, request, segment } from "./client";

export type WidgetKind = "value" | "trend" | "plot" | "image" | "engine" | "queue" | "text";

/** One field of a board. */
export interface Widget {
  kind: WidgetKind;
  title?: string;
  device?: string;
  text?: string;
  width?: number;
}

export interface Dashboard {
  slug: string;
  title: string;
  widgets: Widget[];
  author: string;
  changed_at: string | null;
}

/** Columns of a value over time; POSIX seconds. */
export interface Trend {
  time: number[];
  value: number[];
}

const here = (beamline: string) => `beamlines/${segment(beamline)}/dashboards`;

export async function getDashboards(
  beamline: string,
  signal?: AbortSignal,
): Promise<{ slug: string; title: string }[]> {
  const answer = await request<{ results: { slug: string; title: string }[] }>(here(beamline), { signal });
  return answer.results;
}

export function getDashboard(beamline: string, slug: string, signal?: AbortSignal): Promise<Dashboard> {
  return request(`${here(beamline)}/${segment(slug)}`, { signal });
}

export function saveDashboard(
  beamline: string,
  slug: string,
  board: { title: string; widgets: Widget[] },
): Promise<Dashboard> {
  return request(`${here(beamline)}/${segment(slug)}`, { method: "PUT", body: board });
}

export function deleteDashboard(beamline: string, slug: string): Promise<unknown> {
  return request(`${here(beamline)}/${segment(slug)}`, { method: "DELETE" });
}

export async function getTrends(
  beamline: string,
  names: string[],
  signal?: AbortSignal,
): Promise<Record<string, Trend>> {
  const answer = await request<{ values: Record<string, Trend> }>(
    `beamlines/${segment(beamline)}/values/history${query({ names: names.join(",") })}`,
    { signal },
  );
  return answer.values;
}
