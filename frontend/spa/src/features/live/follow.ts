import { useEffect, useState } from "react";
import { getRuns } from "../../api/runs";
import { beamlineTopic, useTopic } from "../../live/hooks";
import { useResource } from "../../live/resource";
import { useBeamline } from "../../live/store";

/** Uid of the run that runs, else of the newest one, and follows to the next. */
export function useCurrentRun(beamline: string | null): { uid: string | null; isLoading: boolean } {
  const { status } = useBeamline();
  const [uid, setUid] = useState<string | null>(null);
  const newest = useResource(beamline ? `newest:${beamline}` : null, (signal) =>
    getRuns({ beamline: beamline ?? "", limit: 1 }, signal),
  );
  useTopic(beamlineTopic("live"), (payload) => {
    const run = runOf(payload);
    if (run) setUid(run);
  });
  const running = status?.run_uid ?? null;
  useEffect(() => {
    if (running) setUid(running);
  }, [running]);
  return { uid: uid ?? newest.data?.results[0]?.uid ?? null, isLoading: uid === null && newest.isLoading };
}

export function runOf(payload: unknown): string | null {
  if (typeof payload !== "object" || payload === null) return null;
  const { run, run_uid: runUid, uid } = payload as Record<string, unknown>;
  const found = run ?? runUid ?? uid;
  return typeof found === "string" && found ? found : null;
}
