import { useEffect, useState } from "react";
import { type ExportJob, getJobs } from "../../api/exports";

const EVERY_MS = 1_000;
const UNDER_WAY = new Set(["queued", "running"]);

export const isUnderWay = (job: ExportJob) => UNDER_WAY.has(job.state);

/** One's export jobs, looked at again each second as long as one is under way; again when `key` changes. */
export function useJobs(key: string | null): {
  jobs: ExportJob[] | null;
  error: Error | null;
  refresh: () => void;
} {
  const [jobs, setJobs] = useState<ExportJob[] | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks once more
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    let timer = 0;
    const look = () =>
      getJobs(abort.signal).then(
        (found) => {
          setJobs(found);
          setError(null);
          if (found.some(isUnderWay) && !abort.signal.aborted) timer = window.setTimeout(look, EVERY_MS);
        },
        (cause: unknown) => {
          if (!abort.signal.aborted) setError(cause instanceof Error ? cause : new Error(String(cause)));
        },
      );
    void look();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [key, round]);
  return { jobs, error, refresh: () => setRound((count) => count + 1) };
}

/** One job of these, once there is one. */
export function useJob(uid: string | null): ExportJob | null {
  const { jobs } = useJobs(uid);
  return jobs?.find((job) => job.uid === uid) ?? null;
}
