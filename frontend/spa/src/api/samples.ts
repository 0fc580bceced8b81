import { query, request, segment } from "./client";

export interface Sample {
  uid: string;
  proposal: string;
  name: string;
  composition: string;
  preparation: string;
  contrast: string;
  hazards: string[];
  metadata: Record<string, unknown>;
  holder: string;
  position: string;
  is_archived: boolean;
}

export interface SampleQuery {
  proposal?: string;
  q?: string;
  with_archived?: string;
  cursor?: string;
  limit?: number;
}

/** The samples that one may see; also what a form offers to choose from. */
export function getSamples(
  words: SampleQuery,
  signal?: AbortSignal,
): Promise<{ results: Sample[]; next: string | null }> {
  return request(`samples${query({ ...words })}`, { signal });
}

export function getSample(uid: string, signal?: AbortSignal): Promise<Sample> {
  return request(`samples/${segment(uid)}`, { signal });
}

export function saveSample(uid: string | null, body: Partial<Sample>): Promise<Sample> {
  return uid === null
    ? request("samples", { method: "POST", body })
    : request(`samples/${segment(uid)}`, { method: "PATCH", body });
}

export function archiveSample(uid: string): Promise<unknown> {
  return request(`samples/${segment(uid)}`, { method: "DELETE" });
}
