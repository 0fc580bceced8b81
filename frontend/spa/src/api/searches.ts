import { request, segment } from "./client";

/** A search that somebody keeps under a name. */
export interface SavedSearch {
  uid: string;
  name: string;
  /** Parameters of the page of runs. */
  question: Record<string, string>;
  owner: string;
  is_mine: boolean;
  beamline: string | null;
  proposal: string | null;
}

export async function getSearches(signal?: AbortSignal): Promise<SavedSearch[]> {
  return (await request<{ results: SavedSearch[] }>("searches", { signal })).results;
}

export function saveSearch(search: {
  name: string;
  question: Record<string, string>;
  proposal?: string;
}): Promise<SavedSearch> {
  return request("searches", { method: "POST", body: search });
}

export function forgetSearch(uid: string): Promise<unknown> {
  return request(`searches/${segment(uid)}`, { method: "DELETE" });
}
