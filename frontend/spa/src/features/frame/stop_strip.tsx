import { useEffect, useState } from "react";
import { type EngineAction, postEngineAction } from "../../api/engine";
import { bootstrap, may } from "../../bootstrap";
import { Button, Dialog, Field, Problem, ProblemDialog, useAction } from "../../components/parts";
import { useLink } from "../../live/hooks";
import { useBeamline } from "../../live/store";
import { shownState } from "./engine_state";

/** After so long a press counts as lost; it may be pressed again before. */
const LOST_MS = 5_000;

/** Whether something was asked for and the engine is still in the state in which it was asked. */
function useAsked(engineState: string | undefined): [isAsked: boolean, ask: (isAsked: boolean) => void] {
  const [askedIn, setAskedIn] = useState<string | null>(null);
  const now = engineState ?? "";
  if (askedIn !== null && askedIn !== now) setAskedIn(null);
  useEffect(() => {
    if (askedIn === null) return;
    const timer = window.setTimeout(() => setAskedIn(null), LOST_MS);
    return () => window.clearTimeout(timer);
  }, [askedIn]);
  return [askedIn === now, (isAsked) => setAskedIn(isAsked ? now : null)];
}

/** Pause, resume and abort, by REST: they work also while the live connection is away. */
export function StopStrip() {
  const { status, refresh } = useBeamline();
  const [isAborting, setAborting] = useState(false);
  const [isPausing, setPausing] = useAsked(status?.engine_state);
  const action = useAction();
  const link = useLink();
  const beamline = bootstrap.beamline?.name;
  if (!beamline || !may("engine:stop")) return null;
  const state = shownState(status);

  const send = async (what: EngineAction, body: { reason?: string; defer?: boolean } = {}) => {
    const isDone = await action.run(() => postEngineAction(beamline, what, body));
    if (link.state !== "live") refresh();
    return isDone;
  };
  const pause = async () => {
    setPausing(true);
    if (!(await send("pause", { defer: false }))) setPausing(false);
  };
  return (
    <section className="strip" aria-label="Pause and abort">
      {state.isPaused && may("engine:control") ? (
        <Button
          icon="play"
          kind="primary"
          shortcut="pause"
          busy={action.isBusy}
          onClick={() => void send("resume")}
        >
          Resume
        </Button>
      ) : (
        <Button
          icon="pause"
          shortcut="pause"
          disabled={!state.isMoving || state.isPaused}
          onClick={() => void pause()}
        >
          {isPausing || status?.engine_state === "pausing" ? "Pausing…" : "Pause"}
        </Button>
      )}
      <Button
        icon="stop"
        kind="danger"
        shortcut="abort"
        disabled={!state.isMoving}
        onClick={() => setAborting(true)}
      >
        Abort
      </Button>
      {isAborting && (
        <AbortDialog
          error={action.error}
          isBusy={action.isBusy}
          onClose={() => {
            action.clear();
            setAborting(false);
          }}
          onSend={async (what, reason) => {
            if (await send(what, { reason })) setAborting(false);
          }}
        />
      )}
      {action.error && !isAborting && (
        <ProblemDialog title="That did not work" error={action.error} onClose={action.clear} />
      )}
    </section>
  );
}

interface AbortDialogProps {
  error: Error | null;
  isBusy: boolean;
  onClose: () => void;
  onSend: (action: "abort" | "stop" | "halt", reason: string) => Promise<void>;
}

/** Ways to end a plan; leaving it as it is, is for who may steer. */
const WAYS = [
  ["abort", "Abort", "Clean up; the run is kept and marked as aborted."],
  ["stop", "Stop early", "Clean up; the run is kept and counts as a success."],
  ["halt", "Halt", "Leave everything as it is: no clean-up of the plan. Only if the others do not help."],
] as const;

function AbortDialog({ error, isBusy, onClose, onSend }: AbortDialogProps) {
  const [reason, setReason] = useState("");
  const [way, setWay] = useState<"abort" | "stop" | "halt">("abort");
  const chosen = WAYS.find(([name]) => name === way)?.[1] ?? "Abort";
  return (
    <Dialog title="End the running plan?" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void onSend(way, reason);
        }}
      >
        <fieldset className="choices">
          <legend className="visually-hidden">How to end it</legend>
          {WAYS.filter(([name]) => name !== "halt" || may("engine:control")).map(([name, text, effect]) => (
            <label key={name} className="choice">
              <input
                type="radio"
                name="way"
                value={name}
                checked={way === name}
                onChange={() => setWay(name)}
              />
              <span>
                <strong>{text}</strong>
                <span className="muted">{effect}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <Field label="Reason" hint="Kept with the run and in the audit log.">
          {(ids) => (
            <input
              {...ids}
              value={reason}
              maxLength={200}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {error && <Problem error={error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Keep running</Button>
          <Button kind="danger" type="submit" busy={isBusy}>
            {chosen}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
