import { useState } from "react";
import { Link } from "react-router";
import { getPlans, type PlanDescription } from "../../api/plans";
import { getHistory, type VisibleItem } from "../../api/queue";
import { may } from "../../bootstrap";
import { compactJson, parametersLine } from "../../components/format";
import { Card, Empty, Loading, Problem, SearchInput } from "../../components/parts";
import { useResource } from "../../live/resource";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { Presets } from "./presets";

export function matches(plan: PlanDescription, search: string): boolean {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${plan.name} ${plan.title} ${plan.doc}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

export default function AcquirePage() {
  return withBeamline("Acquire", (beamline) => <Catalogue beamline={beamline.name} />);
}

function Catalogue({ beamline }: { beamline: string }) {
  const plans = useResource(`plans:${beamline}`, (signal) => getPlans(beamline, signal));
  const [search, setSearch] = useState("");
  const shown = plans.data?.plans.filter((plan) => matches(plan, search)) ?? [];
  return (
    <Page
      title="Acquire"
      lead="Choose what to measure."
      actions={
        <>
          {may("queue:write") && (
            <Link className="button button-plain" to="/acquire/builder">
              Build a scan
            </Link>
          )}
          <SearchInput label="Find a plan" value={search} onChange={setSearch} />
        </>
      }
    >
      {plans.error && <Problem error={plans.error} onRetry={plans.refresh} />}
      {plans.isLoading && <Loading what="the plans" />}
      {!search && (
        <div className="starts">
          <Presets beamline={beamline} />
          <Recent beamline={beamline} />
        </div>
      )}
      {plans.data && shown.length === 0 && (
        <Empty>
          {search
            ? `No plan has “${search}” in its name or description.`
            : "No plans yet: they are known when the worker has opened the beamline once."}
        </Empty>
      )}
      <ul className="plan-list">
        {shown.map((plan) => (
          <li key={plan.name}>
            <PlanTile plan={plan} />
          </li>
        ))}
      </ul>
      {plans.data && plans.data.faults.length > 0 && <Faults faults={plans.data.faults} />}
    </Page>
  );
}

function PlanTile({ plan }: { plan: PlanDescription }) {
  return (
    <Link className="plan-tile" to={`/acquire/${plan.name}`}>
      <strong>{plan.name}</strong>
      <span className="plan-title">{plan.title}</span>
    </Link>
  );
}

/** The last different measurements, to be taken again with a change. */
function Recent({ beamline }: { beamline: string }) {
  const history = useResource(`recent:${beamline}`, (signal) => getHistory(beamline, {}, signal));
  const items = distinct(history.data?.results ?? []).slice(0, 4);
  if (items.length === 0) return null;
  return (
    <Card title="Recent">
      <ul className="lines">
        {items.map((item) => (
          <li key={item.uid}>
            <Link to={`/acquire/${item.plan}?item=${item.uid}`}>{item.plan}</Link>
            <span className="muted line-rest">{parametersLine(item.parameters)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function distinct(items: VisibleItem[]): VisibleItem[] {
  const seen = new Map<string, VisibleItem>();
  for (const item of items) {
    const key = JSON.stringify([item.plan, item.parameters]);
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

function Faults({ faults }: { faults: unknown[] }) {
  return (
    <Card title="Faults found when the beamline was opened">
      <ul className="errors">
        {faults.map((fault) => {
          const text = typeof fault === "string" ? fault : compactJson(fault, 400);
          return <li key={text}>{text}</li>;
        })}
      </ul>
    </Card>
  );
}
