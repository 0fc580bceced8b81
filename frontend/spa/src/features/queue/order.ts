import type { Place, QueueItem } from "../../api/queue";

/** Where an item goes to stand at `target` of the list. */
export function placeAt(items: QueueItem[], from: number, target: number): Place {
  const neighbour = items[target];
  if (neighbour && !neighbour.hidden) {
    return target < from ? { before: neighbour.uid } : { after: neighbour.uid };
  }
  return { position: target };
}

/** The chosen items that still wait, in the order of the queue. */
export function stillWaiting(items: QueueItem[], chosen: ReadonlySet<string>): string[] {
  return items.flatMap((item) => (!item.hidden && chosen.has(item.uid) ? [item.uid] : []));
}

export function toggled(chosen: ReadonlySet<string>, uid: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(uid)) next.add(uid);
  return next;
}
