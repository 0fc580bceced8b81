import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { ApiError } from "../../api/client";
import { addRule, getRules, type Rule, removeRule } from "../../api/facility";
import { Button, Card, Empty, Field, Loading, Problem, useAction } from "../../components/parts";
import { type Resource, useResource } from "../../live/resource";
import { type Asked, bodyOf, isLimit, isLock, NOTHING_ASKED, WHOM } from "./locks";

type Rules = Resource<{ results: Rule[] }>;

/** Devices that are locked, and how far others go, for whom and why; both are rules of the beamline. */
export function LocksCard({ beamline }: { beamline: string }) {
  const rules = useResource(`rules:${beamline}`, (signal) => getRules(beamline, signal));
  const found = rules.data?.results ?? [];
  return (
    <Card
      title="Locks and limits"
      actions={<Link to="/facility/beamline">All rules of the beamline</Link>}
      className="locks"
    >
      {rules.error && <Problem error={rules.error} onRetry={rules.refresh} />}
      {rules.isLoading && <Loading what="the locks" />}
      <Standing beamline={beamline} rules={rules} title="Locked" none="No device is locked." of={isLock} />
      <Standing
        beamline={beamline}
        rules={rules}
        title="Limited"
        none="Devices go as far as the manifest lets them."
        of={isLimit}
      />
      {rules.data && <NewLock key={found.length} beamline={beamline} onDone={rules.refresh} />}
    </Card>
  );
}

interface StandingProps {
  beamline: string;
  rules: Rules;
  title: string;
  none: string;
  of: (rule: Rule) => boolean;
}

function Standing({ beamline, rules, title, none, of }: StandingProps) {
  const { run, isBusy, error } = useAction();
  const shown = rules.data?.results.filter(of) ?? [];
  const lift = async (uid: string) => {
    if (await run(() => removeRule(beamline, uid))) rules.refresh();
  };
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      {rules.data && shown.length === 0 && <Empty>{none}</Empty>}
      <ul className="lines">
        {shown.map((rule) => (
          <li key={rule.uid}>
            <strong>
              <bdi>{rule.pattern}</bdi>
            </strong>
            <span className="muted line-rest">
              {rule.text}
              {rule.proposal && `, proposal ${rule.proposal}`}
            </span>
            <Button
              kind="quiet"
              busy={isBusy}
              label={`Lift: ${rule.text}`}
              onClick={() => void lift(rule.uid)}
            >
              Lift
            </Button>
          </li>
        ))}
      </ul>
      {error && <Problem error={error} />}
    </section>
  );
}

function NewLock({ beamline, onDone }: { beamline: string; onDone: () => void }) {
  const [asked, setAsked] = useState<Asked>(NOTHING_ASKED);
  const { run, isBusy, error } = useAction();
  const faults = error instanceof ApiError ? error.fields : {};
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => addRule(beamline, bodyOf(asked)))) onDone();
  };
  const write = (name: keyof Asked, label: string, more: { type?: string; required?: boolean } = {}) => (
    <Field label={label} errors={faults[name]}>
      {(ids) => (
        <input
          {...ids}
          {...more}
          step="any"
          value={asked[name]}
          onChange={(event) => setAsked({ ...asked, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  const choose = (name: "what" | "group", label: string, texts: [value: string, text: string][]) => (
    <Field label={label} errors={faults[name]}>
      {(ids) => (
        <select
          {...ids}
          value={asked[name]}
          onChange={(event) => setAsked({ ...asked, [name]: event.target.value } as Asked)}
        >
          {texts.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  return (
    <form className="line-form" onSubmit={submit} aria-label="New lock or limit">
      {choose("what", "Do", [
        ["lock", "lock"],
        ["limit", "limit"],
      ])}
      {write("pattern", "Device", { required: true })}
      {choose("group", "For", WHOM)}
      {asked.what === "limit" && write("minimum", "From", { type: "number" })}
      {asked.what === "limit" && write("maximum", "To", { type: "number" })}
      {write("note", "Why", { required: true })}
      <Button type="submit" busy={isBusy}>
        {asked.what === "lock" ? "Lock" : "Limit"}
      </Button>
      {error && <Problem error={error} />}
    </form>
  );
}
