import "../../styles/facility.css";
import { useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { archiveSample, getSample, getSamples, type Sample } from "../../api/samples";
import { bootstrap } from "../../bootstrap";
import { Badge, Button, Card, Field, Loading, Problem, TableRegion, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { Answers, usePages } from "../facility/more_rows";
import { Page } from "../frame/page";
import { SampleForm } from "./sample_form";

/** The samples of one's proposals, or the one that a label names. */
export default function SamplesPage() {
  const { uid } = useParams();
  return uid ? <OneSample uid={uid} /> : <SampleList />;
}

function SampleList() {
  const [search, setSearch] = useSearchParams();
  const q = search.get("q") ?? "";
  const proposal = search.get("proposal") ?? "";
  const [words, setWords] = useState(q);
  const { page, pager } = usePages(`samples:${proposal}:${q}`, (cursor, signal) =>
    getSamples({ q, proposal, cursor }, signal),
  );
  const set = (changes: Record<string, string>) =>
    setSearch(Object.entries({ q, proposal, ...changes }).filter(([, value]) => value));
  const labels = new URLSearchParams(proposal ? { proposal } : {}).toString();
  return (
    <Page
      title="Samples"
      lead="What your proposals bring to the beam."
      actions={
        <a className="button button-plain" href={`/samples/labels${labels && `?${labels}`}`}>
          Print labels
        </a>
      }
    >
      <form
        className="facility-row"
        onSubmit={(event) => {
          event.preventDefault();
          set({ q: words });
        }}
      >
        <Field label="Words">
          {(ids) => (
            <input {...ids} type="search" value={words} onChange={(event) => setWords(event.target.value)} />
          )}
        </Field>
        <Field label="Proposal">
          {(ids) => (
            <select {...ids} value={proposal} onChange={(event) => set({ proposal: event.target.value })}>
              <option value="">all</option>
              {bootstrap.proposals.map((one) => (
                <option key={one.number} value={one.number}>
                  {one.number}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Button type="submit">Find</Button>
      </form>
      <Answers page={page} what="samples" none="There is no such sample.">
        {(rows) => <SampleTable samples={rows} />}
      </Answers>
      {pager}
      {bootstrap.proposals.length > 0 && (
        <Card title="New sample">
          <SampleForm sample={null} proposal={proposal} onSaved={page.refresh} />
        </Card>
      )}
    </Page>
  );
}

function SampleTable({ samples }: { samples: Sample[] }) {
  return (
    <TableRegion label="Samples">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Sample</th>
            <th scope="col">Composition</th>
            <th scope="col">Place</th>
            <th scope="col">Hazards</th>
            <th scope="col">Proposal</th>
          </tr>
        </thead>
        <tbody>
          {samples.map((sample) => (
            <tr key={sample.uid}>
              <th scope="row">
                <Link to={`/samples/${sample.uid}`}>{sample.name}</Link>
              </th>
              <td>{sample.composition || "–"}</td>
              <td>{[sample.holder, sample.position].filter(Boolean).join(" ") || "–"}</td>
              <td>
                {sample.hazards.length > 0 ? <Badge tone="warn">{sample.hazards.join(", ")}</Badge> : "–"}
              </td>
              <td>{sample.proposal}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableRegion>
  );
}

function OneSample({ uid }: { uid: string }) {
  const found = useResource(`sample:${uid}`, (signal) => getSample(uid, signal));
  const { run, isBusy, error } = useAction();
  const sample = found.data;
  const runs = sample ? `/runs?q=${encodeURIComponent(`sample.uid:${sample.uid}`)}` : "";
  return (
    <Page
      title={sample?.name ?? "Sample"}
      lead={sample ? `Proposal ${sample.proposal}` : " "}
      actions={
        sample && (
          <>
            <Link className="button button-plain" to={runs}>
              Its runs
            </Link>
            <a className="button button-plain" href={`/samples/labels?uid=${uid}`}>
              Label
            </a>
          </>
        )
      }
    >
      {found.error && <Problem error={found.error} onRetry={found.refresh} />}
      {found.isLoading && <Loading what="the sample" />}
      {sample && (
        <Card title={sample.is_archived ? "Sample (archived)" : "Sample"}>
          <SampleForm
            key={JSON.stringify(sample)}
            sample={sample}
            proposal={sample.proposal}
            onSaved={found.refresh}
          />
          {error && <Problem error={error} />}
          {!sample.is_archived && (
            <Button
              kind="quiet"
              busy={isBusy}
              onClick={() => void run(() => archiveSample(uid)).then((isDone) => isDone && found.refresh())}
            >
              Archive: offer it no longer
            </Button>
          )}
        </Card>
      )}
    </Page>
  );
}
