import { type FormEvent, useEffect, useMemo, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { ApiError, request } from "../../api/client";
import { type Devices, getDevices } from "../../api/devices";
import { type DryRun, dryRun, getPlan, type PlanDescription } from "../../api/plans";
import { addItem, runNow, type VisibleItem } from "../../api/queue";
import { bootstrap, may } from "../../bootstrap";
import { Button, Card, CopyButton, Empty, Field, Loading, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { Control, labelOf, ManyDevices, Rows } from "./controls";
import { asPython, asRest } from "./copy_as";
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
  valuesFrom,
} from "./form_values";
import { Preview } from "./preview";
import { pathsOf } from "./trajectory";

const DRY_RUN_AFTER_MS = 350;

export default function PlanPage() {
  const { plan = "" } = useParams();
  return withBeamline(plan, (beamline) => <PlanLoader key={plan} beamline={beamline.name} name={plan} />);
}

function PlanLoader({ beamline, name }: { beamline: string; name: string }) {
  const [search] = useSearchParams();
  const from = search.get("item");
  const plan = useResource(`plan:${beamline}:${name}`, (signal) => getPlan(beamline, name, signal));
  const devices = useResource(`devices:${beamline}`, (signal) => getDevices(beamline, signal));
  const item = useResource(from ? `item:${from}` : null, (signal) =>
    request<VisibleItem>(`beamlines/${beamline}/queue/items/${encodeURIComponent(from ?? "")}`, { signal }),
  );
  const error = plan.error ?? devices.error;
  if (!plan.data || !devices.data || item.isLoading) {
    return <Page title={name}>{error ? <Problem error={error} /> : <Loading what="the plan" />}</Page>;
  }
  const preset = bootstrap.presets.find((one) => one.name === search.get("preset") && one.plan === name);
  const given = preset?.parameters ?? item.data?.parameters;
  const start = given ? valuesFrom(plan.data, given) : draft(beamline, plan.data);
  return (
    <PlanForm key={`${search}`} beamline={beamline} plan={plan.data} devices={devices.data} start={start} />
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
}

function PlanForm({ beamline, plan, devices, start }: PlanFormProps) {
  const navigate = useNavigate();
  const [values, setValues] = useState(start);
  const [extra, setExtra] = useState({ proposal: rememberedProposal(), sample: "" });
  const [refused, setRefused] = useState<FieldErrors>({});
  const [isTried, setTried] = useState(false);
  const [added, setAdded] = useState("");
  const action = useAction();
  const parsed = useMemo(() => parse(plan, values), [plan, values]);
  const preview = useDryRun(beamline, plan.name, parsed.parameters, Object.keys(parsed.errors).length === 0);
  const paths = useMemo(() => pathsOf(plan, parsed.parameters), [plan, parsed]);
  const fieldErrors = { ...(isTried ? parsed.errors : {}), ...preview.fields, ...refused };

  const set = (name: string, value: FormValue) => {
    const next = { ...values, [name]: value };
    setValues(next);
    setRefused({});
    setAdded("");
    sessionStorage.setItem(draftKey(beamline, plan.name), JSON.stringify(next));
  };
  const body = {
    plan: plan.name,
    parameters: parsed.parameters,
    proposal: extra.proposal,
    ...(extra.sample && { metadata: { sample: extra.sample } }),
  };
  const submit = async (isNow: boolean) => {
    setTried(true);
    if (Object.keys(parsed.errors).length > 0) return focusFirstError();
    localStorage.setItem("proposal", extra.proposal);
    await action.run(async () => {
      try {
        if (isNow) await runNow(beamline, body);
        else await addItem(beamline, body);
      } catch (error) {
        if (error instanceof ApiError) setRefused(error.fields);
        throw error;
      }
      if (isNow) navigate("/live");
      else setAdded(`${plan.name} was added to the queue.`);
    });
  };
  const isAllowed = may("queue:write");
  const unplaced = otherErrors(refused, [...plan.parameters.map(({ name }) => name), "proposal"]);
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
            paths={paths}
            answer={preview.answer}
            error={preview.error}
            isWaiting={preview.isWaiting}
            isRefused={Object.keys(fieldErrors).length > 0}
          />
          <Card title="Submit">
            <SubmitFields extra={extra} errors={refused} onChange={setExtra} />
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

function rememberedProposal(): string {
  const kept = localStorage.getItem("proposal");
  const numbers = bootstrap.proposals.map(({ number }) => number);
  return kept && numbers.includes(kept) ? kept : (numbers[0] ?? "");
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
  onChange: (value: FormValue) => void;
}

function Parameter({ parameter, value, devices, errors, axis, onChange }: ParameterProps) {
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

interface SubmitFieldsProps {
  extra: { proposal: string; sample: string };
  errors: FieldErrors;
  onChange: (extra: { proposal: string; sample: string }) => void;
}

function SubmitFields({ extra, errors, onChange }: SubmitFieldsProps) {
  return (
    <>
      <Field label="Proposal" errors={errorsOf(errors, "proposal")} required>
        {(ids) => (
          <select
            {...ids}
            value={extra.proposal}
            onChange={(event) => onChange({ ...extra, proposal: event.target.value })}
          >
            {bootstrap.proposals.length === 0 && <option value="">no proposal is open to you here</option>}
            {bootstrap.proposals.map(({ number, title }) => (
              <option key={number} value={number}>
                {number} – {title}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Sample" hint="Kept with the run; you can search for it later.">
        {(ids) => (
          <input
            {...ids}
            value={extra.sample}
            maxLength={200}
            onChange={(event) => onChange({ ...extra, sample: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

interface DryRunState {
  answer: DryRun | null;
  error: Error | null;
  fields: FieldErrors;
  isWaiting: boolean;
}

/** Ask what the plan would do, a moment after the last change; refusals go beside their fields. */
function useDryRun(
  beamline: string,
  plan: string,
  parameters: Record<string, unknown>,
  isComplete: boolean,
): DryRunState {
  const [state, setState] = useState<DryRunState>({
    answer: null,
    error: null,
    fields: {},
    isWaiting: false,
  });
  const key = isComplete ? JSON.stringify(parameters) : "";
  useEffect(() => {
    if (!key) {
      setState({ answer: null, error: null, fields: {}, isWaiting: false });
      return;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, isWaiting: true }));
    const timer = window.setTimeout(() => {
      dryRun(beamline, { plan, parameters: JSON.parse(key) as Record<string, unknown> }, abort.signal).then(
        (answer) => setState({ answer, error: null, fields: {}, isWaiting: false }),
        (error: unknown) => {
          if (abort.signal.aborted) return;
          const fields = error instanceof ApiError ? error.fields : {};
          const isPlaced = Object.keys(fields).length > 0;
          setState({ answer: null, error: isPlaced ? null : (error as Error), fields, isWaiting: false });
        },
      );
    }, DRY_RUN_AFTER_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [beamline, plan, key]);
  return state;
}
