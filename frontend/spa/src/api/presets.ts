import { request, segment } from "./client";

/** A plan with parameters that somebody keeps, alone or for all of a proposal. */
export interface KeptPreset {
  uid: string;
  title: string;
  plan: string;
  parameters: Record<string, unknown>;
  metadata: Record<string, unknown>;
  /** Null: for the author alone. */
  proposal: string | null;
  author: string;
}

export interface NewPreset {
  title: string;
  plan: string;
  parameters: Record<string, unknown>;
  metadata?: Record<string, unknown>;
  proposal: string | null;
}

export async function getPresets(beamline: string, signal?: AbortSignal): Promise<KeptPreset[]> {
  const answer = await request<{ results: KeptPreset[] }>(`beamlines/${segment(beamline)}/presets`, {
    signal,
  });
  return answer.results;
}

export function savePreset(beamline: string, preset: NewPreset): Promise<KeptPreset> {
  return request(`beamlines/${segment(beamline)}/presets`, { method: "POST", body: preset });
}

export function deletePreset(beamline: string, uid: string): Promise<unknown> {
  return request(`beamlines/${segment(beamline)}/presets/${segment(uid)}`, { method: "DELETE" });
}
