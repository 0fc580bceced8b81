import { useState } from "react";
import { getQueue, type Queue } from "../../api/queue";
import { beamlineTopic, useTopic } from "../../live/hooks";
import { useNow } from "../../live/now";
import { type Resource, useResource } from "../../live/resource";

const TICK_MS = 5_000;

/** The queue, fetched again whenever its doorbell rings. */
export function useQueue(beamline: string): Resource<Queue> {
  const queue = useResource(`queue:${beamline}`, (signal) => getQueue(beamline, signal));
  useTopic(beamlineTopic("queue"), () => queue.refresh());
  return queue;
}

/** The time, every few seconds, and how many seconds ago `data` came. */
export function useAge(data: unknown): { now: Date; ageS: number } {
  const now = useNow(TICK_MS);
  const [came, setCame] = useState({ data, at: Date.now() });
  if (came.data !== data) setCame({ data, at: Date.now() });
  return { now, ageS: Math.max(0, (now.getTime() - came.at) / 1000) };
}

/** Do something about the queue, then look again; tells whether it was done. */
export type Act = (what: () => Promise<unknown>) => Promise<boolean>;
