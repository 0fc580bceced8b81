import { useState } from "react";
import { settled } from "../../api/engine";
import {
  type Environment,
  type EnvironmentAction,
  getEnvironment,
  postEnvironmentAction,
} from "../../api/environment";
import { compactJson, plural, when } from "../../components/format";
import { Badge, Button, Card, Loading, Problem, useAction } from "../../components/parts";
import { ReasonDialog } from "../../components/reason_dialog";
import { useResource } from "../../live/resource";
import { useBeamline } from "../../live/store";

interface Way {
  text: string;
  done: string;
  effect: string;
  kind: "primary" | "danger";
}

const WAYS: Record<EnvironmentAction, Way> = {
  open: {
    text: "Open",
    done: "The environment is open.",
    effect: "The worker connects the devices and loads the plans.",
    kind: "primary",
  },
  update: {
    text: "Update",
    done: "Plans and manifest were read anew.",
    effect: "The code of the plans and the manifest are read anew.",
    kind: "primary",
  },
  close: {
    text: "Close",
    done: "The environment is closed.",
    effect: "The devices are let go, and nothing runs until somebody opens the environment again.",
    kind: "danger",
  },
  destroy: {
    text: "Destroy",
    done: "The worker was told to end its process.",
    effect:
      "The worker's process is ended, whatever it is doing: what runs becomes interrupted, and devices stay " +
      "as they are. Only if it hangs. The environment stays closed until somebody opens it.",
    kind: "danger",
  },
};

/** What can be asked for now. */
export function waysNow(worker: string | undefined): EnvironmentAction[] {
  if (worker === "ready") return ["update", "close", "destroy"];
  if (worker === "closed") return ["open", "destroy"];
  return worker === "starting" ? ["close", "destroy"] : [];
}

/** What the worker has of the beamline, and how to open, close, renew and end it. */
export function EnvironmentCard({ beamline }: { beamline: string }) {
  const { status, refresh } = useBeamline();
  const worker = status?.worker;
  const key = `environment:${beamline}:${worker}`;
  const environment = useResource(key, (signal) => getEnvironment(beamline, signal));
  const [asked, setAsked] = useState<EnvironmentAction | null>(null);
  const [told, setTold] = useState("");
  const action = useAction();
  const act = async (way: EnvironmentAction, reason: string) => {
    setTold("");
    const isDone = await action.run(() => carryOut(beamline, way, reason));
    environment.refresh();
    refresh();
    if (!isDone) return;
    setAsked(null);
    setTold(WAYS[way].done);
  };
  const { data } = environment;
  return (
    <Card
      title="Environment"
      actions={waysNow(worker).map((way) => (
        <Button key={way} onClick={() => setAsked(way)}>
          {WAYS[way].text} …
        </Button>
      ))}
    >
      {environment.error && <Problem error={environment.error} onRetry={environment.refresh} />}
      {environment.isLoading && <Loading what="the environment" />}
      <p role="status" className="done">
        {told}
      </p>
      {data && <Facts environment={data} worker={worker} />}
      {asked && (
        <ReasonDialog
          title={`${WAYS[asked].text} the environment of ${beamline}?`}
          hint="Shown while it is closed, and kept in the audit log."
          confirm={WAYS[asked].text}
          kind={WAYS[asked].kind}
          required={WAYS[asked].kind === "danger"}
          error={action.error}
          isBusy={action.isBusy}
          onClose={() => {
            action.clear();
            setAsked(null);
          }}
          onConfirm={(reason) => void act(asked, reason)}
        >
          <p>{WAYS[asked].effect}</p>
        </ReasonDialog>
      )}
    </Card>
  );
}

/** Ask, and wait for the worker's answer; who ends its process gets none. */
async function carryOut(beamline: string, way: EnvironmentAction, reason: string): Promise<void> {
  const command = await postEnvironmentAction(beamline, way, reason);
  if (way === "destroy") return;
  const ended = await settled(beamline, command);
  if (ended.outcome !== "done") throw new Error(ended.detail || `The worker has ${ended.outcome} it.`);
}

function Facts({ environment, worker }: { environment: Environment; worker: string | undefined }) {
  const { faults, versions } = environment;
  const isOpen = worker === "ready";
  return (
    <>
      <p>
        <Badge tone={isOpen ? "ok" : "warn"}>
          <span data-testid="environment-state">{isOpen ? "open" : (worker ?? "unknown")}</span>
        </Badge>{" "}
        {sentence(environment, worker)}
      </p>
      {faults.length > 0 && (
        <ul className="errors" aria-label="Faults">
          {faults.map((fault) => {
            const text = typeof fault === "string" ? fault : compactJson(fault, 400);
            return <li key={text}>{text}</li>;
          })}
        </ul>
      )}
      <details className="versions">
        <summary>Versions and modules</summary>
        <dl className="metadata">
          {Object.entries(versions)
            .sort(([a], [b]) => a.localeCompare(b))
            .map(([name, version]) => (
              <div key={name} className="fact">
                <dt>{name}</dt>
                <dd>{version}</dd>
              </div>
            ))}
          <div className="fact">
            <dt>modules of plans</dt>
            <dd>{environment.modules.join(", ")}</dd>
          </div>
        </dl>
      </details>
    </>
  );
}

/** What is to be known of the environment in this state of the worker. */
export function sentence(environment: Environment, worker: string | undefined): string {
  const { plans, devices } = environment;
  if (worker === "ready") {
    const content = `${plural(plans.length, "plan")} and ${plural(devices.length, "device")}`;
    return `since ${when(environment.opened_at)}, with ${content}`;
  }
  if (worker === "closed") return environment.closed_reason;
  if (worker === "absent") return "No worker serves this beamline.";
  if (worker === "lost") return "The worker does not answer; a new one opens the environment by itself.";
  return "";
}
