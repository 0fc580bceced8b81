import { type FormEvent, useState } from "react";
import { useSearchParams } from "react-router";
import { getDevices } from "../../api/devices";
import { getProposals, getWhy, type Why } from "../../api/facility";
import { getPlans } from "../../api/plans";
import { Badge, Button, Card, Empty, Field, Loading, Problem } from "../../components/parts";
import { useResource } from "../../live/resource";
import { withBeamline } from "../frame/beamline_gate";
import { FacilityFrame } from "./frame";
import { PersonInput } from "./person_input";

const WORDS = ["user", "device", "act", "plan", "proposal"] as const;

/** Why a person may do something, or not: role, dates, groups and the rule that decides, on one screen. */
export function WhyPage() {
  return withBeamline("Why?", (beamline) => <WhyAt beamline={beamline.name} title={beamline.title} />);
}

function WhyAt({ beamline, title }: { beamline: string; title: string }) {
  const [search, setSearch] = useSearchParams();
  const asked = Object.fromEntries(WORDS.map((name) => [name, search.get(name) ?? ""]));
  const key = asked.user ? `why:${beamline}:${JSON.stringify(asked)}` : null;
  const found = useResource(key, (signal) => getWhy(beamline, asked, signal));
  return (
    <FacilityFrame title="Why?" lead={`Why may this person move this motor? At ${title}.`}>
      <Question key={search.toString()} beamline={beamline} search={search} onAsk={setSearch} />
      {found.error && <Problem error={found.error} onRetry={found.refresh} />}
      {found.isLoading && <Loading what="the answer" />}
      {key === null && <Empty>Ask about a person, and a device or a plan.</Empty>}
      {found.data && <Answer why={found.data} />}
    </FacilityFrame>
  );
}

interface QuestionProps {
  beamline: string;
  search: URLSearchParams;
  onAsk: (words: Record<string, string>) => void;
}

function Question({ beamline, search, onAsk }: QuestionProps) {
  const devices = useResource(`devices:${beamline}`, (signal) => getDevices(beamline, signal));
  const plans = useResource(`plans:${beamline}`, (signal) => getPlans(beamline, signal));
  const proposals = useResource(`proposals:${beamline}`, (signal) => getProposals({ beamline }, signal));
  const [said, setSaid] = useState<Record<string, string>>(() =>
    Object.fromEntries(WORDS.map((name) => [name, search.get(name) ?? (name === "act" ? "move" : "")])),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAsk(Object.fromEntries(Object.entries(said).filter(([, value]) => value)));
  };
  const say = (name: (typeof WORDS)[number], value: string) => setSaid({ ...said, [name]: value });
  const text = (name: (typeof WORDS)[number], label: string, names: string[]) => (
    <Field label={label}>
      {(ids) => (
        <>
          <input
            {...ids}
            list={`${ids.id}-names`}
            autoComplete="off"
            value={said[name] ?? ""}
            onChange={(event) => say(name, event.target.value)}
          />
          <datalist id={`${ids.id}-names`}>
            {names.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
  return (
    <form className="facility-fields facility-filters" onSubmit={submit}>
      <Field label="Person" required>
        {(ids) => (
          <PersonInput ids={ids} value={said.user ?? ""} onChange={(value) => say("user", value)} required />
        )}
      </Field>
      {text("device", "Device", Object.keys(devices.data ?? {}))}
      <Field label="Act">
        {(ids) => (
          <select {...ids} value={said.act} onChange={(event) => say("act", event.target.value)}>
            <option value="move">move</option>
            <option value="read">read</option>
          </select>
        )}
      </Field>
      {text("plan", "Plan", plans.data?.plans.map((plan) => plan.name) ?? [])}
      {text("proposal", "Proposal", proposals.data?.results.map((one) => one.number) ?? [])}
      <Button type="submit" kind="primary">
        Ask
      </Button>
    </form>
  );
}

function Answer({ why }: { why: Why }) {
  return (
    <Card
      title="Answer"
      actions={
        <Badge tone={why.is_allowed ? "ok" : "bad"}>{why.is_allowed ? "allowed" : "not allowed"}</Badge>
      }
    >
      <ol className="why-reasons" aria-label="Reasons">
        {why.reasons.map((reason) => (
          <li key={reason}>{reason}.</li>
        ))}
      </ol>
      <dl className="facility-facts">
        <dt>Groups</dt>
        <dd>{why.groups.join(", ") || "none"}</dd>
        <dt>Rules with a say</dt>
        <dd>{why.rules.join("; ") || "none"}</dd>
        <dt>Scopes</dt>
        <dd>{why.scopes.join(", ") || "none"}</dd>
        <dt>Who may change it</dt>
        <dd>{why.ask.join(", ") || "a facility administrator"}</dd>
      </dl>
    </Card>
  );
}
