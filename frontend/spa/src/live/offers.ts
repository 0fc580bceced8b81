import { useSyncExternalStore } from "react";
import { request, segment } from "../api/client";
import { bootstrap, type Preset } from "../bootstrap";

/** What a form offers besides its plan: from the beamline's manifest, by way of its worker. */
export interface Offers {
  presets: Preset[];
  metadata_schema: Record<string, unknown>;
}

const watchers = new Set<() => void>();
let offers: Offers = { presets: bootstrap.presets, metadata_schema: bootstrap.metadata_schema };

/** The offers that came with the page, or those that a worker has made since. */
export function useOffers(): Offers {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => offers,
  );
}

/** Fetch them again: a worker has opened the beamline after the page was sent. */
export async function refreshOffers(beamline: string, signal?: AbortSignal): Promise<void> {
  const answer = await request<Partial<Offers>>(`beamlines/${segment(beamline)}/plans`, { signal });
  offers = {
    presets: answer.presets ?? offers.presets,
    metadata_schema: answer.metadata_schema ?? offers.metadata_schema,
  };
  for (const watcher of watchers) watcher();
}
