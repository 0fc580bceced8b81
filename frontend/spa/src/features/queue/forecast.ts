import type { Queue, VisibleItem } from "../../api/queue";
import { duration, plural, when } from "../../components/format";

/** Seconds from now until each shown item begins; what was foretold ages while something runs. */
export function startsIn(queue: Queue, ageS: number): number[] {
  const passed = queue.running ? ageS : 0;
  return queue.eta.starts_in_s.map((seconds) => Math.max(0, seconds - passed));
}

interface Start {
  /** Seconds until it begins, as far as that is foretold. */
  inS: number | undefined;
  isFirst: boolean;
  isHeld: boolean;
  now: Date;
}

/** When a waiting item begins, in words: by the clock while the queue goes on, else counted from the start. */
export function startText(item: VisibleItem, { inS, isFirst, isHeld, now }: Start): string {
  const { obstacle } = item;
  if (obstacle?.code === "not_before") return `not before ${when(obstacle.at, now)}`;
  if (obstacle) return obstacle.detail;
  if (isFirst && (inS ?? 0) < 1) return "next";
  if (!inS) return "";
  if (isHeld) return `${duration(Math.ceil(inS))} after the start`;
  return `in about ${duration(inS)}, ${clock(inS, now)}`;
}

/** How long all of it takes, until when, and how far that is to be trusted; empty when nothing is to come. */
export function totalText(queue: Queue, ageS: number, now: Date): string {
  const { seconds, unknown } = queue.eta;
  const isAnything = queue.running !== null || queue.items.length > 0;
  if (!isAnything) return "";
  const left = Math.max(0, seconds - (queue.running ? ageS : 0));
  const until = queue.is_held && !queue.running ? "" : `, until ${clock(left, now)}`;
  const doubt = unknown ? `; ${plural(unknown, "item")} of unknown duration not counted` : "";
  return `About ${duration(left)} in all${until}${doubt}`;
}

function clock(inS: number, now: Date): string {
  return when(now.getTime() / 1000 + inS, now).replace(/:\d\d$/, "");
}
