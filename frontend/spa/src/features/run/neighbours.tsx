import { Link, useSearchParams } from "react-router";
import { getRuns, type RunDetail, type RunFilters, type RunSummary } from "../../api/runs";
import { useResource } from "../../live/resource";

/** The run before and the run after at the same beamline and proposal, and this one beside the one before. */
export function Neighbours({ run }: { run: RunDetail }) {
  const [search] = useSearchParams();
  const answer = useResource(`neighbours:${run.uid}`, (signal) =>
    Promise.all(
      (["before", "after"] as const).map((side) =>
        getRuns(beside(run, side), signal).then(({ results }) => nearest(run, side, results)),
      ),
    ),
  );
  const [before, after] = answer.data ?? [];
  const to = (other: RunSummary) =>
    `/runs/${other.uid}${other.plan_name === run.plan_name && search.size ? `?${search}` : ""}`;
  return (
    <nav className="neighbours" aria-label="Runs before and after">
      {before && (
        <Link className="button button-quiet" to={to(before)} title={titleOf("before", before)}>
          ← {nameOf(before)}
        </Link>
      )}
      {after && (
        <Link className="button button-quiet" to={to(after)} title={titleOf("after", after)}>
          {nameOf(after)} →
        </Link>
      )}
      {before && before.plan_name === run.plan_name && (
        <Link className="button button-plain" to={`/runs/compare?run=${before.uid}&run=${run.uid}`}>
          Compare with {nameOf(before)}
        </Link>
      )}
    </nav>
  );
}

type Side = "before" | "after";

/** Runs that began about when this one did or earlier (later), the nearest first; this one is among them. */
export function beside(run: Pick<RunDetail, "time" | "beamline" | "proposal">, side: Side): RunFilters {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();
  const bound = side === "before" ? { until: at(run.time + 0.001) } : { since: at(run.time - 0.001) };
  const place = { beamline: run.beamline, ...(run.proposal ? { proposal: run.proposal } : {}) };
  return { ...place, ...bound, sort: side === "before" ? "-time" : "time", limit: 3 };
}

/** The first of these that began before (after) this run. */
export function nearest<T extends Pick<RunSummary, "uid" | "time">>(
  run: Pick<RunDetail, "uid" | "time">,
  side: Side,
  found: T[],
): T | null {
  const isThere = (time: number) => (side === "before" ? time <= run.time : time >= run.time);
  return found.find((one) => one.uid !== run.uid && isThere(one.time)) ?? null;
}

const nameOf = (run: RunSummary) => run.scan_id ?? run.uid.slice(0, 8);

const titleOf = (side: Side, run: RunSummary) =>
  `The run ${side}: ${run.plan_name}${run.sample ? `, ${run.sample}` : ""}`;
