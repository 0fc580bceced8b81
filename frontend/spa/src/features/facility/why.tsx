import { type FormEvent, useState } from "react";
import { useSearchParams } from "react-router";
import { getWhy, type Why } from "../../api/facility";
import { Badge, Button, Card, Empty, Field, Loading, Problem } from "../../components/parts";
import { useResource } from "../../live/resource";
import { withBeamline } from "../frame/beamline_gate";
import { FacilityFrame } from "./frame";

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
      <Question key={search.toString()} search={search} onAsk={setSearch} />
      {found.error && <Problem error={found.error} onRetry={found.refresh} />}
      {found.isLoading && <Loading what="the answer" />}
      {key === null && <Empty>Ask about a person, and a device or a plan.</Empty>}
      {found.data && <Answer why={found.data} />}
    </FacilityFrame>
  );
}

interface QuestionProps {
  search: URLSearchParams;
  onAsk: (words: Record<string, string>) => void;
}

function Question({ search, onAsk }: QuestionProps) {
  const [said, setSaid] = useState<Record<string, string>>(() =>
    Object.fromEntries(WORDS.map((name) => [name, search.get(name) ?? (name === "act" ? "move" : "")])),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAsk(Object.fromEntries(Object.entries(said).filter(([, value]) => value)));
  };
  const text = (name: (typeof WORDS)[number], label: string, isNeeded = false) => (
    <Field label={label} required={isNeeded}>
      {(ids) => (
        <input
          {...ids}
          value={said[name] ?? ""}
          required={isNeeded}
          onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <form className="facility-fields facility-filters" onSubmit={submit}>
      {text("user", "Person", true)}
      {text("device", "Device")}
      <Field label="Act">
        {(ids) => (
          <select
            {...ids}
            value={said.act}
            onChange={(event) => setSaid({ ...said, act: event.target.value })}
          >
            <option value="move">move</option>
            <option value="read">read</option>
          </select>
        )}
      </Field>
      {text("plan", "Plan")}
      {text("proposal", "Proposal")}
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
