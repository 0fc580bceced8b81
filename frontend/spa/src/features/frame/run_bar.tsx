import { useEffect, useState } from "react";
import { Link } from "react-router";
import { keepControl, releaseControl, takeControl } from "../../api/control";
import type { EngineStatus } from "../../api/status";
import { bootstrap, may } from "../../bootstrap";
import { duration } from "../../components/format";
import {
  Badge,
  Button,
  Dialog,
  Field,
  Problem,
  ProblemDialog,
  ProgressBar,
  useAction,
} from "../../components/parts";
import { useLink } from "../../live/hooks";
import { useBeamline } from "../../live/store";
import { shownState } from "./engine_state";

const KEEP_EVERY_MS = 15_000;

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

interface ControlProps {
  status: EngineStatus;
  /** Whether it renews the lease: one on a page does, that of the frame. */
  keeps?: boolean;
}

export function Control({ status, keeps = true }: ControlProps) {
  const { refresh } = useBeamline();
  const action = useAction();
  const [isAsking, setAsking] = useState(false);
  const holder = status.control?.holder ?? null;
  const isMine = holder === bootstrap.user.username;
  const name = status.beamline;
  useKeep(isMine && keeps, name);

  const act = async (what: () => Promise<unknown>) => {
    const isDone = await action.run(what);
    refresh();
    return isDone;
  };
  return (
    <div className="control">
      <span className="control-holder">
        {isMine ? "you are in control" : holder ? `${holder} is in control` : "control is free"}
      </span>
      {isMine && (
        <Button busy={action.isBusy} onClick={() => void act(() => releaseControl(name))}>
          Release control
        </Button>
      )}
      {!holder && may("control:take") && (
        <Button kind="primary" busy={action.isBusy} onClick={() => void act(() => takeControl(name))}>
          Take control
        </Button>
      )}
      {holder && !isMine && may("control:force") && (
        <Button onClick={() => setAsking(true)}>Take over …</Button>
      )}
      {isAsking && holder && (
        <TakeOver
          holder={holder}
          error={action.error}
          isBusy={action.isBusy}
          onClose={() => {
            action.clear();
            setAsking(false);
          }}
          onTake={async (reason) => {
            if (await act(() => takeControl(name, reason))) setAsking(false);
          }}
        />
      )}
      {action.error && !isAsking && (
        <ProblemDialog title="Control was not changed" error={action.error} onClose={action.clear} />
      )}
    </div>
  );
}

/** The lease runs out by itself when its holder goes away; while the page is open it is kept. */
function useKeep(isMine: boolean, beamline: string): void {
  useEffect(() => {
    if (!isMine) return;
    const keep = () => void keepControl(beamline).catch(() => undefined);
    const timer = window.setInterval(keep, KEEP_EVERY_MS);
    return () => window.clearInterval(timer);
  }, [isMine, beamline]);
}

interface TakeOverProps {
  holder: string;
  error: Error | null;
  isBusy: boolean;
  onClose: () => void;
  onTake: (reason: string) => Promise<void>;
}

function TakeOver({ holder, error, isBusy, onClose, onTake }: TakeOverProps) {
  const [reason, setReason] = useState("");
  return (
    <Dialog title={`Take control from ${holder}?`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void onTake(reason);
        }}
      >
        <Field label="Reason" hint={`${holder} sees it, and it is kept in the audit log.`} required>
          {(ids) => (
            <input
              {...ids}
              value={reason}
              required
              maxLength={200}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {error && <Problem error={error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={isBusy}>
            Take control
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
