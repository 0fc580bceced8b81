import { type FormEvent, useMemo, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { type Devices, getDevices } from "../../api/devices";
import { dryRun, getPlan, type PlanDescription } from "../../api/plans";
import { addItem, getItem, runNow } from "../../api/queue";
import { bootstrap, may } from "../../bootstrap";
import { Button, Card, CopyButton, Empty, Field, Loading, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { Control, labelOf, ManyDevices, Rows } from "./controls";
import { asPython, asRest } from "./copy_as";
import { takesNoData, useDryRun } from "./dry_run";
import {
  type Cell,
  errorsOf,
  type FieldErrors,
  type FormValue,
  type FormValues,
  initialValues,
  isRepeated,
  otherErrors,
  parse,
  statesFor,
  valuesFrom,
  withKnownStates,
} from "./form_values";
import { ItemOutcome } from "./item_outcome";
import { metadataForm } from "./metadata_fields";
import { Preview } from "./preview";
import { rememberedProposal, SubmitFields } from "./submit_fields";

export default function PlanPage() {
  const { plan = "" } = useParams();
  return withBeamline(plan, (beamline) => <PlanLoader key={plan} beamline={beamline.name} name={plan} />);
}

function PlanLoader({ beamline, name }: { beamline: string; name: string }) {
  const [search] = useSearchParams();
  const from = search.get("item");
  const plan = useResource(`plan:${beamline}:${name}`, (signal) => getPlan(beamline, name, signal));
  const devices = useResource(`devices:${beamline}`, (signal) => getDevices(beamline, signal));
  const item = useResource(from ? `item:${from}` : null, (signal) => getItem(beamline, from ?? "", signal));
  const error = plan.error ?? devices.error;
  if (!plan.data || !devices.data || item.isLoading) {
    return <Page title={name}>{error ? <Problem error={error} /> : <Loading what="the plan" />}</Page>;
  }
  const preset = bootstrap.presets.find((one) => one.name === search.get("preset") && one.plan === name);
  const given = preset?.parameters ?? item.data?.parameters;
  const start = given ? valuesFrom(plan.data, given) : draft(beamline, plan.data);
  return (
    <PlanForm
      key={`${search}`}
      beamline={beamline}
      plan={plan.data}
      devices={devices.data}
      start={start}
      metadata={item.data?.metadata ?? {}}
    />
  );
}

const draftKey = (beamline: string, plan: string) => `draft:${beamline}:${plan}`;

/** What was typed before in this tab, where it still fits the plan. */
function draft(beamline: string, plan: PlanDescription): FormValues {
  const fresh = initialValues(plan);
  try {
    const kept = JSON.parse(sessionStorage.getItem(draftKey(beamline, plan.name)) ?? "{}") as FormValues;
    for (const [name, value] of Object.entries(fresh)) {
      const old = kept[name];
      if (old !== undefined && typeof old === typeof value && Array.isArray(old) === Array.isArray(value)) {
        fresh[name] = old;
      }
    }
  } catch {
    sessionStorage.removeItem(draftKey(beamline, plan.name));
  }
  return fresh;
}

interface PlanFormProps {
  beamline: string;
  plan: PlanDescription;
  devices: Devices;
  start: FormValues;
  /** Metadata of the item that the form is filled in from. */
  metadata: Record<string, unknown>;
}

const METADATA = metadataForm(bootstrap.metadata_schema);

function PlanForm({ beamline, plan, devices, start, metadata }: PlanFormProps) {
  const navigate = useNavigate();
  const [values, setValues] = useState(start);
  const [proposal, setProposal] = useState(rememberedProposal);
  const [about, setAbout] = useState(() => valuesFrom(METADATA, metadata));
  const [refused, setRefused] = useState<FieldErrors>({});
  const [isTried, setTried] = useState(false);
  const [added, setAdded] = useState("");
  const [followed, setFollowed] = useState<{ uid: string; devices: string[] } | null>(null);
  const action = useAction();
  const parsed = useMemo(() => parse(plan, values), [plan, values]);
  const told = useMemo(() => parse(METADATA, about), [about]);
  const isComplete = Object.keys(parsed.errors).length === 0;
  const preview = useDryRun(beamline, plan.name, parsed.parameters, isComplete);
  const fieldErrors = { ...(isTried ? parsed.errors : {}), ...preview.fields, ...refused };

  const set = (name: string, value: FormValue) => {
    const next = withKnownStates(plan, { ...values, [name]: value }, devices);
    setValues(next);
    setRefused({});
    setAdded("");
    setFollowed(null);
    sessionStorage.setItem(draftKey(beamline, plan.name), JSON.stringify(next));
  };
  const body = {
    plan: plan.name,
    parameters: parsed.parameters,
    proposal,
    ...(Object.keys(told.parameters).length > 0 && { metadata: told.parameters }),
  };
  const foretold = () =>
    preview.answer ?? dryRun(beamline, { plan: plan.name, parameters: parsed.parameters }).catch(() => null);

  const submit = async (isNow: boolean) => {
    setTried(true);
    setFollowed(null);
    if (!isComplete || Object.keys(told.errors).length > 0) return focusFirstError();
    localStorage.setItem("proposal", proposal);
    await action.run(async () => {
      const answer = isNow ? await foretold() : null;
      try {
        const item = isNow ? await runNow(beamline, body) : await addItem(beamline, body);
        if (!isNow) setAdded(`${plan.name} was added to the queue.`);
        else if (takesNoData(answer)) setFollowed({ uid: item.uid, devices: answer?.devices ?? [] });
        else navigate("/live");
      } catch (error) {
        if (error instanceof ApiError) setRefused(error.fields);
        throw error;
      }
    });
  };
  const isAllowed = may("queue:write");
  const aboutErrors = isTried ? told.errors : {};
  const submitErrors = {
    ...Object.fromEntries(Object.entries(aboutErrors).map(([name, found]) => [`metadata.${name}`, found])),
    ...refused,
  };
  const unplaced = otherErrors(refused, [
    ...plan.parameters.map(({ name }) => name),
    ...METADATA.parameters.map(({ name }) => `metadata.${name}`),
    "proposal",
  ]);
  return (
    <Page title={plan.name} lead={plan.title}>
      <form
        className="plan-form"
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void submit(true);
        }}
      >
        <Card title="Parameters">
          <div className="parameters">
            {plan.parameters.map((parameter) => (
              <Parameter
                key={parameter.name}
                parameter={parameter}
                value={values[parameter.name] ?? ""}
                devices={devices}
                beside={plan.parameters}
                states={statesFor(parameter, plan.parameters, values, devices)}
                axis={parameter.axis ? values[parameter.axis] : ""}
                errors={errorsOf(fieldErrors, parameter.name)}
                onChange={(value) => set(parameter.name, value)}
              />
            ))}
          </div>
          {plan.parameters.length === 0 && <Empty>This plan takes no parameters.</Empty>}
        </Card>
        <div className="plan-side">
          <Preview
            answer={preview.answer}
            error={preview.error}
            devices={devices}
            isWaiting={preview.isWaiting}
            isRefused={Object.keys(fieldErrors).length > 0}
          />
          <Card title="Submit">
            <SubmitFields
              proposal={proposal}
              metadata={METADATA}
              values={about}
              errors={submitErrors}
              onProposal={setProposal}
              onMetadata={(name, value) => {
                setAbout({ ...about, [name]: value });
                setRefused({});
              }}
            />
            {action.error && <Problem error={action.error} />}
            {unplaced.length > 0 && (
              <ul className="errors">
                {unplaced.map((message) => (
                  <li key={message}>{message}</li>
                ))}
              </ul>
            )}
            {!isAllowed && <p className="muted">You may look at this beamline, but not queue plans here.</p>}
            <div className="submit-actions">
              <Button type="submit" kind="primary" icon="play" busy={action.isBusy} disabled={!isAllowed}>
                Run now
              </Button>
              <Button
                icon="plus"
                busy={action.isBusy}
                disabled={!isAllowed}
                onClick={() => void submit(false)}
              >
                Add to queue
              </Button>
            </div>
            <p role="status" className="done">
              {added}
            </p>
            {followed && (
              <ItemOutcome
                key={followed.uid}
                beamline={beamline}
                uid={followed.uid}
                devices={followed.devices}
              />
            )}
            <div className="copy-actions">
              <CopyButton text={asPython(plan, parsed.parameters)}>Copy as Python</CopyButton>
              <CopyButton text={asRest(window.location.origin, beamline, body)}>Copy as REST</CopyButton>
            </div>
          </Card>
        </div>
      </form>
      {plan.doc && (
        <Card title="About this plan">
          <pre className="doc">{plan.doc}</pre>
        </Card>
      )}
    </Page>
  );
}

function focusFirstError(): void {
  window.requestAnimationFrame(() => {
    document.querySelector<HTMLElement>(".field-bad input, .field-bad select, .field-bad textarea")?.focus();
  });
}

interface ParameterProps {
  parameter: PlanDescription["parameters"][number];
  value: FormValue;
  devices: Devices;
  errors: string[];
  /** Name of the device that the parameter is a position of. */
  axis: unknown;
  beside: PlanDescription["parameters"];
  states: string[];
  onChange: (value: FormValue) => void;
}

function Parameter({ parameter, value, devices, errors, axis, beside, states, onChange }: ParameterProps) {
  if (isRepeated(parameter)) {
    return (
      <Rows
        parameter={parameter}
        rows={value as Cell[][]}
        devices={devices}
        errors={errors}
        onChange={onChange}
      />
    );
  }
  if (parameter.type === "devices") {
    return (
      <ManyDevices
        parameter={parameter}
        value={value as string[]}
        devices={devices}
        errors={errors}
        onChange={onChange}
      />
    );
  }
  return (
    <Field
      label={labelOf(parameter, axis, devices)}
      hint={hintOf(parameter, devices, value)}
      errors={errors}
      required={Boolean(parameter.required)}
    >
      {(ids) => (
        <Control
          parameter={parameter}
          value={value as Cell}
          devices={devices}
          beside={beside}
          states={states}
          ids={ids}
          onChange={onChange}
        />
      )}
    </Field>
  );
}

function hintOf(
  parameter: PlanDescription["parameters"][number],
  devices: Devices,
  value: FormValue,
): string {
  const parts: string[] = [];
  if (parameter.doc) parts.push(parameter.doc);
  const { minimum, maximum } = parameter;
  if (parameter.nullable && parameter.default != null) parts.push("may be “none”");
  if (minimum != null && maximum != null) parts.push(`${minimum} … ${maximum}`);
  else if (minimum != null) parts.push(`at least ${minimum}`);
  else if (maximum != null) parts.push(`at most ${maximum}`);
  const limits = typeof value === "string" ? devices[value]?.limits : null;
  if (limits) parts.push(`limits ${limits[0]} … ${limits[1]} ${devices[String(value)]?.units ?? ""}`);
  return parts.join(" · ");
}
