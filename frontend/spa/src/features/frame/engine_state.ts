import type { EngineStatus } from "../../api/status";

export type Tone = "neutral" | "ok" | "info" | "warn" | "bad";

export interface ShownState {
  text: string;
  tone: Tone;
  /** Pause and abort may be asked for. Unknown counts as moving: a stop is never disabled by mistake. */
  isMoving: boolean;
  isPaused: boolean;
}

const ENGINE: Record<string, [text: string, tone: Tone]> = {
  idle: ["idle", "ok"],
  running: ["running", "info"],
  pausing: ["pausing", "warn"],
  paused: ["paused", "warn"],
  suspending: ["suspending", "warn"],
  suspended: ["suspended", "warn"],
  stopping: ["stopping", "warn"],
  aborting: ["aborting", "warn"],
  halting: ["halting", "bad"],
  panicked: ["panicked", "bad"],
};

const WORKER: Record<string, [text: string, tone: Tone]> = {
  starting: ["worker starting", "warn"],
  closed: ["environment closed", "warn"],
  lost: ["worker lost", "bad"],
  absent: ["no worker", "bad"],
};

/** What the badge says. A worker that is not there comes before whatever its last row said. */
export function shownState(status: EngineStatus | null): ShownState {
  if (!status) return { text: "state unknown", tone: "neutral", isMoving: true, isPaused: false };
  const worker = WORKER[status.worker];
  if (worker) {
    const isMoving = status.item !== null;
    return { text: worker[0], tone: worker[1], isMoving, isPaused: false };
  }
  const [text, tone] = ENGINE[status.engine_state] ?? [status.engine_state || "unknown", "neutral"];
  const isIdle = status.engine_state === "idle" && status.item === null;
  return { text, tone, isMoving: !isIdle, isPaused: status.engine_state === "paused" };
}
