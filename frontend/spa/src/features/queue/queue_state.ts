import { getQueue, type Queue } from "../../api/queue";
import { beamlineTopic, useTopic } from "../../live/hooks";
import { type Resource, useResource } from "../../live/resource";

/** The queue, fetched again whenever its doorbell rings. */
export function useQueue(beamline: string): Resource<Queue> {
  const queue = useResource(`queue:${beamline}`, (signal) => getQueue(beamline, signal));
  useTopic(beamlineTopic("queue"), () => queue.refresh());
  return queue;
}
