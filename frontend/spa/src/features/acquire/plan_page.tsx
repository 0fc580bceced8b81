import { type FormEvent, useMemo, useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { type Devices, getDevices } from "../../api/devices";
import { dryRun, getPlan, type PlanDescription } from "../../api/plans";
import { getPresets } from "../../api/presets";
import {
  addItem,
  getItem,
  proposeItem,
  type Queue,
  runNow,
  updateItem,
  type VisibleItem,
} from "../../api/queue";
import { may } from "../../bootstrap";
import { Button, Card, CopyButton, Empty, Field, Loading, Problem, useAction } from "../../components/parts";
import { rememberedProposal } from "../../components/proposal_field";
import { useOffers } from "../../live/offers";
import { useResource } from "../../live/resource";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { useQueue } from "../queue/queue_state";
import { Control, labelOf, ManyDevices, Rows } from "./controls";
import { asItem, asPython, asRest } from "./copy_as";
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
import { SavePreset } from "./presets";
import { Preview } from "./preview";
import { SamplesCard } from "./samples_card";
import { SubmitButtons, type Way } from "./submit_buttons";
import { SubmitFields } from "./submit_fields";
import { WishFields } from "./wish_fields";
import { NO_WISHES, parseWishes, wishesOf } from "./wishes";

export default function PlanPage() {
  const { plan = "" } = useParams();
  return withBeamline(plan, (beamline) => <PlanLoader key={plan} beamline={beamline.name} name={plan} />);
}

/** What the form is filled in from: an item to change, an item or a preset to begin with. */
function useStart(beamline: string) {
  const [search] = useSearchParams();
  const offers = useOffers();
  const edited = search.get("edit");
  const from = edited ?? search.get("item");
  const kept = search.get("kept");
  const item = useResource(from ? `item:${from}` : null, (signal) => getItem(beamline, from ?? "", signal));
  const presets = useResource(kept ? `presets:${beamline}` : null, (signal) => getPresets(beamline, signal));
  const preset =
    presets.data?.find(({ uid }) => uid === kept) ??
    offers.presets.find(({ name }) => name === search.get("preset"));
  return {
    key: `${search}`,
    isLoading: item.isLoading || presets.isLoading,
    error: item.error ?? presets.error,
    given: preset ?? item.data,
    metadata: (preset && "metadata" in preset ? preset.metadata : item.data?.metadata) ?? {},
    edited: edited ? item.data : null,
  };
}

function PlanLoader({ beamline, name }: { beamline: string; name: string }) {
  const start = useStart(beamline);
  const plan = useResource(`plan:${beamline}:${name}`, (signal) => getPlan(beamline, name, signal));
  const devices = useResource(`devices:${beamline}`, (signal) => getDevices(beamline, signal));
  const error = plan.error ?? devices.error ?? start.error;
  if (error || !plan.data || !devices.data || start.isLoading) {
    return <Page title={name}>{error ? <Problem error={error} /> : <Loading what="the plan" />}</Page>;
  }
  const given = start.given?.plan === name ? start.given.parameters : null;
  return (
    <PlanForm
      key={start.key}
      beamline={beamline}
      plan={plan.data}
      devices={devices.data}
      start={given ? valuesFrom(plan.data, given) : draft(beamline, plan.data)}
      metadata={start.metadata}
      edited={start.edited}
    />
  );
}

/** Key of the metadata that names a sample of the proposal. */
const SAMPLE = "sample_uid";

/** Items of the queue that another one can wait for: those that one sees, but not the one itself. */
function waitable(queue: Queue | null, edited: VisibleItem | null): VisibleItem[] {
  const all = queue ? [queue.running, ...queue.items] : [];
  return all.filter(
    (item): item is VisibleItem =>
      item !== null && !item.hidden && item.uid !== edited?.uid && !item.kind?.includes("stop"),
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
  /** The waiting item that is changed, in place of making a new one. */
  edited: VisibleItem | null;
}

function PlanForm({ beamline, plan, devices, start, metadata, edited }: PlanFormProps) {
  const navigate = useNavigate();
  const { metadata_schema: schema } = useOffers();
  const asked = useMemo(() => metadataForm(schema), [schema]);
  const [values, setValues] = useState(start);
  const [proposal, setProposal] = useState(() => edited?.proposal ?? rememberedProposal());
  const firstWishes = edited ? wishesOf(edited) : NO_WISHES;
  const [wishTexts, setWishTexts] = useState(firstWishes);
  const [isKeeping, setKeeping] = useState(false);
  const [about, setAbout] = useState(() => valuesFrom(asked, metadata));
  const [refused, setRefused] = useState<FieldErrors>({});
  const [isTried, setTried] = useState(false);
  const [added, setAdded] = useState("");
  const [followed, setFollowed] = useState<{ uid: string; devices: string[] } | null>(null);
  const [sample, setSample] = useState(() => String(metadata[SAMPLE] ?? ""));
  const waiting = useQueue(beamline);
  const action = useAction();
  const parsed = useMemo(() => parse(plan, values), [plan, values]);
  const told = useMemo(() => parse(asked, about), [asked, about]);
  const wished = parseWishes(wishTexts, firstWishes);
  const isComplete = Object.keys(parsed.errors).length === 0;
  const preview = useDryRun(beamline, plan.name, parsed.parameters, isComplete);
  const fieldErrors = { ...(isTried ? parsed.errors : {}), ...preview.fields, ...refused };

  const set = (name: string, value: FormValue) => {
    const next = withKnownStates(plan, { ...values, [name]: value }, devices);
    setValues(next);
    setRefused({});
    setAdded("");
    setFollowed(null);
    if (!edited) sessionStorage.setItem(draftKey(beamline, plan.name), JSON.stringify(next));
  };
  const toldAll = sample ? { ...told.parameters, [SAMPLE]: sample } : told.parameters;
  const call = {
    plan: plan.name,
    parameters: parsed.parameters,
    ...(Object.keys(toldAll).length > 0 && { metadata: toldAll }),
  };
  const body = { ...call, proposal };
  const foretold = () =>
    preview.answer ?? dryRun(beamline, { plan: plan.name, parameters: parsed.parameters }).catch(() => null);

  const send = async (way: Way) => {
    if (way === "save" && edited) {
      const others = withoutKnown(asked, edited.metadata ?? {});
      const changes = { parameters: parsed.parameters, metadata: { ...others, ...toldAll } };
      await updateItem(beamline, edited.uid, { ...changes, ...wished.wishes });
      navigate("/queue");
    } else if (way === "now") {
      const answer = await foretold();
      const item = await runNow(beamline, body);
      if (takesNoData(answer)) setFollowed({ uid: item.uid, devices: answer?.devices ?? [] });
      else navigate("/live");
    } else if (way === "queue") {
      await addItem(beamline, { ...body, ...wished.wishes });
      setAdded(`${plan.name} was added to the queue.`);
    } else {
      await proposeItem(beamline, { ...body, ...wished.wishes });
      setAdded(`${plan.name} was proposed: it runs once somebody has approved it.`);
    }
  };
  const submit = async (way: Way) => {
    setTried(true);
    setFollowed(null);
    const faults = [parsed.errors, told.errors, way === "now" ? {} : wished.errors];
    if (faults.some((found) => Object.keys(found).length > 0)) return focusFirstError();
    localStorage.setItem("proposal", proposal);
    await action.run(async () => {
      try {
        await send(way);
      } catch (error) {
        if (error instanceof ApiError) setRefused(error.fields);
        throw error;
      }
    });
  };
  const isAllowed = may("queue:write");
  const mayPropose = may("queue:propose");
  const aboutErrors = isTried ? told.errors : {};
  const submitErrors = {
    ...Object.fromEntries(Object.entries(aboutErrors).map(([name, found]) => [`metadata.${name}`, found])),
    ...refused,
  };
  const unplaced = otherErrors(refused, [
    ...plan.parameters.map(({ name }) => name),
    ...asked.parameters.map(({ name }) => `metadata.${name}`),
    "proposal",
    "priority",
    "not_before",
    "note",
    "waits_for",
  ]);
  return (
    <Page title={edited ? `Edit ${plan.name}` : plan.name} lead={plan.title}>
      <form
        className="plan-form"
        noValidate
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void submit(edited ? "save" : isAllowed ? "now" : "propose");
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
          <SamplesCard
            beamline={beamline}
            proposal={proposal}
            item={isComplete && isAllowed && !edited ? call : null}
            chosen={sample}
            onChoose={setSample}
          />
          <Card title="Submit">
            <SubmitFields
              proposal={proposal}
              metadata={asked}
              values={about}
              errors={submitErrors}
              onProposal={edited ? undefined : setProposal}
              onMetadata={(name, value) => {
                setAbout({ ...about, [name]: value });
                setRefused({});
              }}
            />
            {(isAllowed || mayPropose) && (
              <WishFields
                texts={wishTexts}
                items={waitable(waiting.data, edited)}
                errors={{ ...(isTried ? wished.errors : {}), ...refused }}
                onChange={(texts) => {
                  setWishTexts(texts);
                  setRefused({});
                }}
              />
            )}
            {action.error && <Problem error={action.error} />}
            {unplaced.length > 0 && (
              <ul className="errors">
                {unplaced.map((message) => (
                  <li key={message}>{message}</li>
                ))}
              </ul>
            )}
            {!isAllowed && !mayPropose && (
              <p className="muted">You may look at this beamline, but not queue plans here.</p>
            )}
            <div className="submit-actions">
              <SubmitButtons
                isEdit={edited !== null}
                isAllowed={isAllowed}
                isBusy={action.isBusy}
                onSubmit={(way) => void submit(way)}
              />
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
              {isAllowed && isComplete && (
                <Button kind="quiet" icon="plus" onClick={() => setKeeping(true)}>
                  Keep as preset …
                </Button>
              )}
              <CopyButton text={asPython(plan, parsed.parameters)}>Copy as Python</CopyButton>
              <CopyButton text={asRest(window.location.origin, beamline, body)}>Copy as REST</CopyButton>
              <CopyButton text={asItem(body)}>Copy as queue item</CopyButton>
            </div>
          </Card>
        </div>
      </form>
      {isKeeping && (
        <SavePreset
          beamline={beamline}
          plan={plan.name}
          parameters={parsed.parameters}
          metadata={told.parameters}
          proposal={proposal}
          onClose={(title) => {
            setKeeping(false);
            if (title) setAdded(`Kept as the preset “${title}”.`);
          }}
        />
      )}
      {plan.doc && (
        <Card title="About this plan">
          <pre className="doc">{plan.doc}</pre>
        </Card>
      )}
    </Page>
  );
}

/** Metadata that the form has no field for: an edit leaves it as it is. */
function withoutKnown(asked: PlanDescription, metadata: Record<string, unknown>): Record<string, unknown> {
  const known = new Set([SAMPLE, ...asked.parameters.map(({ name }) => name)]);
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !known.has(name)));
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
