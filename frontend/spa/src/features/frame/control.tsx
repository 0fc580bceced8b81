import { type ReactNode, useEffect, useState } from "react";
import {
  giveControl,
  keepControl,
  releaseControl,
  requestControl,
  takeControl,
  withdrawRequest,
} from "../../api/control";
import type { ControlRequest, EngineStatus } from "../../api/status";
import { bootstrap, may } from "../../bootstrap";
import { when } from "../../components/format";
import { Button, ProblemDialog, useAction } from "../../components/parts";
import { ReasonDialog } from "../../components/reason_dialog";
import { useBeamline } from "../../live/store";

const KEEP_EVERY_MS = 15_000;

interface ControlProps {
  status: EngineStatus;
  /** Whether it renews the lease: one on a page does, that of the frame. */
  keeps?: boolean;
}

type Question = "take over" | "ask" | null;

/** Who is in control, and what one can do about it: take, release, ask, give, take over. */
export function Control({ status, keeps = true }: ControlProps) {
  const { refresh } = useBeamline();
  const action = useAction();
  const [question, setQuestion] = useState<Question>(null);
  const holder = status.control?.holder ?? null;
  const me = bootstrap.user.username;
  const isMine = holder === me;
  const name = status.beamline;
  const requests = status.control?.requests ?? [];
  useKeep(isMine && keeps, name);

  const act = async (what: () => Promise<unknown>) => {
    const isDone = await action.run(what);
    refresh();
    return isDone;
  };
  const close = () => {
    action.clear();
    setQuestion(null);
  };
  const confirm = async (reason: string) => {
    const what = question === "ask" ? requestControl : takeControl;
    if (await act(() => what(name, reason))) setQuestion(null);
  };
  const shortcut = keeps ? { shortcut: "control" } : {};
  const press = (text: string, what: () => Promise<unknown>, kind: "plain" | "primary" = "plain") => (
    <Button kind={kind} busy={action.isBusy} {...shortcut} onClick={() => void act(what)}>
      {text}
    </Button>
  );
  return (
    <div className="control">
      <span className="control-holder">
        {isMine ? "you are in control" : holder ? `${holder} is in control` : "control is free"}
      </span>
      {isMine && press("Release control", () => releaseControl(name))}
      {!holder && may("control:take") && press("Take control", () => takeControl(name), "primary")}
      {holder && !isMine && may("control:take") && (
        <Waiting
          hasAsked={requests.some(({ username }) => username === me)}
          ask={
            <Button {...shortcut} onClick={() => setQuestion("ask")}>
              Ask for control
            </Button>
          }
          withdraw={press("Withdraw", () => withdrawRequest(name))}
        />
      )}
      {holder && !isMine && may("control:force") && (
        <Button onClick={() => setQuestion("take over")}>Take over …</Button>
      )}
      {isMine && keeps && (
        <Requests
          requests={requests}
          isBusy={action.isBusy}
          onGive={(to) => void act(() => giveControl(name, to))}
        />
      )}
      {question && holder && (
        <ReasonDialog
          title={question === "ask" ? `Ask ${holder} for control?` : `Take control from ${holder}?`}
          hint={`${holder} sees it, and it is kept in the audit log.`}
          confirm={question === "ask" ? "Ask" : "Take control"}
          required={question !== "ask"}
          error={action.error}
          isBusy={action.isBusy}
          onClose={close}
          onConfirm={(reason) => void confirm(reason)}
        />
      )}
      {action.error && !question && (
        <ProblemDialog title="Control was not changed" error={action.error} onClose={action.clear} />
      )}
    </div>
  );
}

interface WaitingProps {
  hasAsked: boolean;
  ask: ReactNode;
  withdraw: ReactNode;
}

function Waiting({ hasAsked, ask, withdraw }: WaitingProps) {
  if (!hasAsked) return <>{ask}</>;
  return (
    <>
      <span className="muted control-asked">you have asked</span>
      {withdraw}
    </>
  );
}

interface RequestsProps {
  requests: ControlRequest[];
  isBusy: boolean;
  onGive: (to: string) => void;
}

/** Shown to the holder on every page: who asks, why, and one press to hand over. */
function Requests({ requests, isBusy, onGive }: RequestsProps) {
  if (requests.length === 0) return null;
  return (
    <ul className="control-requests" aria-label="People who ask for control">
      {requests.map(({ username, since, reason }) => (
        <li key={username} role="status">
          <span>
            <strong>{username}</strong> asks for control{reason && `: ${reason}`}
            <span className="muted"> · {when(since)}</span>
          </span>
          <Button kind="primary" busy={isBusy} onClick={() => onGive(username)}>
            Give to {username}
          </Button>
        </li>
      ))}
    </ul>
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
