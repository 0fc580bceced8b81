import { Link } from "react-router";
import type { EngineStatus } from "../../api/status";
import { bootstrap } from "../../bootstrap";
import { duration } from "../../components/format";
import { Badge, ProgressBar } from "../../components/parts";
import { useLink } from "../../live/hooks";
import { useBeamline } from "../../live/store";
import { Control } from "./control";
import { shownState } from "./engine_state";

/** State of the engine, progress of the run and who is in control, on every page. */
export function RunBar() {
  const { status, failure } = useBeamline();
  const link = useLink();
  const isStale = link.state !== "live" && link.state !== "connecting";
  if (!bootstrap.beamline) return <div className="run-bar" />;
  const state = shownState(status);
  return (
    <section className={isStale ? "run-bar is-stale" : "run-bar"} aria-label="State of the beamline">
      <Badge tone={state.tone}>
        <span data-testid="engine-state">{state.text}</span>
      </Badge>
      {status ? (
        <Doing status={status} />
      ) : (
        <span className="muted">{failure ?? "waiting for the beamline …"}</span>
      )}
      <span className="visually-hidden" role="status">
        {`Engine ${state.text}`}
      </span>
      <span className="spring" />
      {status && <Control status={status} />}
    </section>
  );
}

function Doing({ status }: { status: EngineStatus }) {
  if (!status.item) return <Waiting status={status} />;
  const { points_done: done, points, percent, eta_s: eta } = status.progress ?? {};
  const plan = status.item.plan ?? "a plan of another proposal";
  const label = `Progress of ${plan}`;
  return (
    <>
      <Link className="doing" to="/live">
        <strong>{plan}</strong>
        {done !== undefined && (
          <span className="doing-points">
            {done}
            {points ? ` / ${points}` : ""} points
          </span>
        )}
      </Link>
      <ProgressBar percent={percent ?? null} label={label} />
      {eta !== undefined && eta !== null && <span className="doing-eta">{duration(eta)} left</span>}
    </>
  );
}

function Waiting({ status }: { status: EngineStatus }) {
  const { length, is_held: isHeld, hold_reason: reason } = status.queue;
  const waiting = length ? `${length} waiting` : "queue empty";
  return (
    <Link className="doing" to="/queue">
      <span>{waiting}</span>
      {isHeld && <span className="doing-note">queue on hold{reason ? `: ${reason}` : ""}</span>}
    </Link>
  );
}
