import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { getLog, type LogLine } from "../../api/log";
import { may } from "../../bootstrap";
import { Button, Card, Empty, Field, Loading, Problem } from "../../components/parts";
import { ProposalField } from "../../components/proposal_field";
import { beamlineTopic, useTopic } from "../../live/hooks";
import { useResource } from "../../live/resource";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { Line } from "./line";
import { Watchers } from "./watchers";
import { WriteCard } from "./write_card";

const KINDS = [
  ["", "everything"],
  ["entry", "entries"],
  ["chat", "chat"],
  ["run", "runs"],
] as const;

export default function LogPage() {
  return withBeamline("Log", (beamline) => <Log beamline={beamline.name} />);
}

function Log({ beamline }: { beamline: string }) {
  const [search, setSearch] = useSearchParams();
  const proposal = search.get("proposal") ?? "";
  const kind = search.get("kind") ?? "";
  const q = search.get("q") ?? "";
  const newest = useResource(`log:${beamline}:${proposal}:${kind}:${q}`, (signal) =>
    getLog(beamline, { proposal, kind, q }, signal),
  );
  useTopic(beamlineTopic("log"), newest.refresh);
  const narrow = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    setSearch(next, { replace: true });
  };
  return (
    <Page title="Log" lead="What was done and seen, by people and by runs." actions={<Watchers />}>
      <div className="log-grid">
        <div>
          {may("queue:write") && (
            <WriteCard beamline={beamline} proposal={proposal} onWritten={newest.refresh} />
          )}
          <Filters proposal={proposal} kind={kind} q={q} onChange={narrow} />
        </div>
        <Card title={proposal ? `Log of ${proposal}` : "Log"}>
          {newest.error && <Problem error={newest.error} onRetry={newest.refresh} />}
          {newest.isLoading && <Loading what="the log" />}
          {newest.data?.results.length === 0 && (
            <Empty>{q || kind ? "Nothing in the log answers this." : "Nothing has been written yet."}</Empty>
          )}
          <ol className="log-lines" aria-label="Lines of the log">
            {newest.data?.results.map((line) => (
              <Line key={keyOf(line)} line={line} beamline={beamline} onChanged={newest.refresh} />
            ))}
          </ol>
          <Older
            key={`${beamline}:${proposal}:${kind}:${q}`}
            beamline={beamline}
            asked={{ proposal, kind, q }}
            from={newest.data?.next ?? null}
            onChanged={newest.refresh}
          />
        </Card>
      </div>
    </Page>
  );
}

const keyOf = (line: LogLine) => line.entry?.uid ?? line.run?.uid ?? String(line.at);

interface OlderProps {
  beamline: string;
  asked: { proposal: string; kind: string; q: string };
  from: number | null;
  onChanged: () => void;
}

/** Pages behind the newest one, fetched one after the other. */
function Older({ beamline, asked, from, onChanged }: OlderProps) {
  const [lines, setLines] = useState<LogLine[]>([]);
  const [next, setNext] = useState<number | null>(from);
  const [error, setError] = useState<Error | null>(null);
  useEffect(() => {
    if (lines.length === 0) setNext(from);
  }, [from, lines.length]);
  const more = () => {
    if (next === null) return;
    getLog(beamline, { ...asked, before: next }).then((page) => {
      setLines((before) => [...before, ...page.results]);
      setNext(page.next);
    }, setError);
  };
  return (
    <>
      {lines.length > 0 && (
        <ol className="log-lines" aria-label="Older lines of the log">
          {lines.map((line) => (
            <Line key={keyOf(line)} line={line} beamline={beamline} onChanged={onChanged} />
          ))}
        </ol>
      )}
      {error && <Problem error={error} onRetry={more} />}
      {next !== null && <Button onClick={more}>Older</Button>}
    </>
  );
}

interface FiltersProps {
  proposal: string;
  kind: string;
  q: string;
  onChange: (name: string, value: string) => void;
}

function Filters({ proposal, kind, q, onChange }: FiltersProps) {
  return (
    <Card title="Show">
      <Field label="Words">
        {(ids) => (
          <input
            {...ids}
            type="search"
            value={q}
            maxLength={200}
            onChange={(e) => onChange("q", e.target.value)}
          />
        )}
      </Field>
      <ProposalField
        proposal={proposal}
        none="all of mine"
        onProposal={(number) => onChange("proposal", number)}
      />
      <Field label="Lines">
        {(ids) => (
          <select {...ids} value={kind} onChange={(event) => onChange("kind", event.target.value)}>
            {KINDS.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
    </Card>
  );
}
