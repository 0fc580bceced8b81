import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { ApiError } from "../../api/client";
import { type Devices, getDevices } from "../../api/devices";
import { getPlans, type PlanParameter } from "../../api/plans";
import { addItem, runNow } from "../../api/queue";
import { may } from "../../bootstrap";
import { Button, Card, CopyButton, Field, Loading, Problem, useAction } from "../../components/parts";
import { ProposalField, rememberedProposal } from "../../components/proposal_field";
import { useResource } from "../../live/resource";
import { useValues } from "../devices/values";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { ManyDevices } from "./controls";
import { asItem, asPython, asRest } from "./copy_as";
import { useDryRun } from "./dry_run";
import { fitting } from "./form_values";
import { LoopRow } from "./loop_row";
import { type Built, faultsOf, NEW_LOOP, planOf, pointsOf } from "./loops";
import { Preview } from "./preview";
import { SavedScans } from "./saved_scans";

const DETECTORS: PlanParameter = {
  name: "detectors",
  title: "Detectors",
  kind: "keyword",
  type: "array",
  protocol: "Readable",
};

const EMPTY: Built = {
  detectors: [],
  loops: [NEW_LOOP],
  isRelative: false,
  snakes: false,
  num: "1",
  delay: "",
};

export default function BuilderPage() {
  return withBeamline("Scan builder", (beamline) => <Loader beamline={beamline.name} />);
}

function Loader({ beamline }: { beamline: string }) {
  const devices = useResource(`devices:${beamline}`, (signal) => getDevices(beamline, signal));
  if (devices.data) return <Builder beamline={beamline} devices={devices.data} />;
  return (
    <Page title="Scan builder">
      {devices.error ? (
        <Problem error={devices.error} onRetry={devices.refresh} />
      ) : (
        <Loading what="the devices" />
      )}
    </Page>
  );
}

function Builder({ beamline, devices }: { beamline: string; devices: Devices }) {
  const [built, setBuilt] = useState(EMPTY);
  const [proposal, setProposal] = useState(rememberedProposal);
  const [isTried, setTried] = useState(false);
  const [added, setAdded] = useState("");
  const action = useAction();
  const navigate = useNavigate();
  const faults = faultsOf(built);
  const call = planOf(built);
  const preview = useDryRun(beamline, call.plan, call.parameters, faults.length === 0);
  const plans = useResource(`plans:${beamline}`, (signal) => getPlans(beamline, signal));
  const plan = plans.data?.plans.find(({ name }) => name === call.plan);
  const body = { ...call, proposal };
  const set = (part: Partial<Built>) => {
    setBuilt({ ...built, ...part });
    setAdded("");
  };
  const send = (way: "now" | "queue") => {
    setTried(true);
    if (faults.length > 0) return;
    localStorage.setItem("proposal", proposal);
    void action.run(async () => {
      if (way === "now") {
        await runNow(beamline, body);
        navigate("/live");
      } else {
        await addItem(beamline, body);
        setAdded(`${call.plan} was added to the queue.`);
      }
    });
  };
  const refused = action.error instanceof ApiError ? Object.values(action.error.fields).flat() : [];
  const shown = isTried ? faults : [];
  return (
    <Page
      title="Scan builder"
      lead="Loops inside each other, the first the slowest; it becomes the plainest plan that does it."
      actions={<Link to="/acquire">All plans</Link>}
    >
      <div className="plan-form">
        <Card title="What to do">
          <ManyDevices
            parameter={DETECTORS}
            value={built.detectors}
            devices={devices}
            errors={[]}
            onChange={(detectors) => set({ detectors })}
          />
          <Loops beamline={beamline} built={built} devices={devices} onChange={set} />
        </Card>
        <div className="plan-side">
          <Preview
            answer={preview.answer}
            error={preview.error}
            devices={devices}
            isWaiting={preview.isWaiting}
            isRefused={Object.keys(preview.fields).length > 0}
          />
          <Card title="Submit">
            <p className="builder-plan">
              <code>{call.plan}</code>
              <span className="muted">{pointsOf(built) ?? "–"} points</span>
            </p>
            <ProposalField proposal={proposal} onProposal={setProposal} />
            {[...shown, ...Object.values(preview.fields).flat(), ...refused].map((fault) => (
              <p key={fault} className="errors">
                {fault}
              </p>
            ))}
            {action.error && <Problem error={action.error} />}
            {may("queue:write") && (
              <div className="submit-actions">
                <Button busy={action.isBusy} onClick={() => send("queue")}>
                  Add to queue
                </Button>
                <Button kind="primary" busy={action.isBusy} onClick={() => send("now")}>
                  Run now
                </Button>
              </div>
            )}
            <p role="status" className="done">
              {added}
            </p>
            <div className="copy-actions">
              {plan && <CopyButton text={asPython(plan, call.parameters)}>Copy as Python</CopyButton>}
              <CopyButton text={asRest(window.location.origin, beamline, body)}>Copy as REST</CopyButton>
              <CopyButton text={asItem(body)}>Copy as queue item</CopyButton>
            </div>
          </Card>
          <SavedScans
            beamline={beamline}
            call={faults.length === 0 ? call : null}
            proposal={proposal}
            onTake={(taken) => set(taken)}
          />
        </div>
      </div>
    </Page>
  );
}

interface LoopsProps {
  beamline: string;
  built: Built;
  devices: Devices;
  onChange: (part: Partial<Built>) => void;
}

function Loops({ beamline, built, devices, onChange }: LoopsProps) {
  const { values } = useValues(beamline);
  const { loops } = built;
  const motors = fitting(devices, "Movable", "number");
  return (
    <>
      <ol className="loops" aria-label="Loops">
        {loops.map((loop, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a loop is known by its place alone
          <li key={index} style={{ marginLeft: `${Math.min(index, 5) * 14}px` }}>
            <LoopRow
              loop={loop}
              place={index + 1}
              motors={motors}
              devices={devices}
              isRelative={built.isRelative}
              now={values[loop.motor]}
              onChange={(part) =>
                onChange({ loops: loops.map((one, place) => (place === index ? { ...one, ...part } : one)) })
              }
              onRemove={() => onChange({ loops: loops.filter((_, place) => place !== index) })}
              onUp={index === 0 ? undefined : () => onChange({ loops: swapped(loops, index) })}
            />
          </li>
        ))}
      </ol>
      <Button icon="plus" onClick={() => onChange({ loops: [...loops, NEW_LOOP] })}>
        {loops.length ? "Loop inside" : "Add a loop"}
      </Button>
      <div className="form-row">
        {loops.length === 0 && (
          <Field label="Counts">
            {(ids) => (
              <input
                {...ids}
                inputMode="numeric"
                value={built.num}
                onChange={(e) => onChange({ num: e.target.value })}
              />
            )}
          </Field>
        )}
        <Field
          label="Delay (s)"
          hint={
            loops.length > 0 ? "At each point, after the move and before the reading." : "Between counts."
          }
        >
          {(ids) => (
            <input
              {...ids}
              className="number"
              inputMode="decimal"
              placeholder="0"
              value={built.delay}
              onChange={(e) => onChange({ delay: e.target.value })}
            />
          )}
        </Field>
      </div>
      {loops.length > 0 && (
        <div className="builder-ways">
          <label>
            <input
              type="checkbox"
              checked={built.isRelative}
              onChange={(event) => onChange({ isRelative: event.target.checked })}
            />{" "}
            relative to where everything is, and back there afterwards
          </label>
          {loops.length > 1 && (
            <label>
              <input
                type="checkbox"
                checked={built.snakes}
                onChange={(event) => onChange({ snakes: event.target.checked })}
              />{" "}
              inner loops go to and fro
            </label>
          )}
        </div>
      )}
    </>
  );
}

function swapped<T>(all: T[], index: number): T[] {
  const next = [...all];
  const [taken] = next.splice(index, 1);
  if (taken !== undefined) next.splice(index - 1, 0, taken);
  return next;
}
