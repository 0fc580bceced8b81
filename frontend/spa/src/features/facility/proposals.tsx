import { type FormEvent, useState } from "react";
import { Link, useNavigate } from "react-router";
import { ApiError } from "../../api/client";
import { getProposals, type Proposal, saveProposal } from "../../api/facility";
import { bootstrap } from "../../bootstrap";
import { Badge, Button, Card, Field, Problem, TableRegion, useAction } from "../../components/parts";
import { asMoment, span } from "./dates";
import { FacilityFrame } from "./frame";
import { Answers, usePages } from "./more_rows";
import { NewVisitLink } from "./new_visit_link";

export function ProposalsPage() {
  const { page, pager } = usePages("proposals", (cursor, signal) => getProposals({ cursor }, signal));
  return (
    <FacilityFrame title="Proposals" lead="Newest first.">
      <Answers page={page} what="proposals" none="There are no proposals yet.">
        {(rows) => <ProposalTable proposals={rows} />}
      </Answers>
      {pager}
      <NewProposal />
    </FacilityFrame>
  );
}

function ProposalTable({ proposals }: { proposals: Proposal[] }) {
  return (
    <TableRegion label="Proposals">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Proposal</th>
            <th scope="col">Beamlines</th>
            <th scope="col">Dates</th>
            <th scope="col">Data</th>
            <th scope="col">Visit</th>
          </tr>
        </thead>
        <tbody>
          {proposals.map((proposal) => (
            <tr key={proposal.number}>
              <th scope="row">
                <Link to={`/facility/proposals/${encodeURIComponent(proposal.number)}`}>
                  {proposal.number}
                </Link>
                {proposal.title && <span className="cell-note">{proposal.title}</span>}
              </th>
              <td>{proposal.beamlines.join(", ") || "–"}</td>
              <td className="facility-dates">{span(proposal.starts_at, proposal.ends_at)}</td>
              <td>
                <DataState proposal={proposal} />
              </td>
              <td>{!proposal.is_closed && <NewVisitLink proposal={proposal.number} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableRegion>
  );
}

export function DataState({ proposal }: { proposal: Proposal }) {
  if (proposal.is_closed && !proposal.audience) return <Badge>closed</Badge>;
  if (!proposal.audience) return <span className="muted">its own people</span>;
  const isHeld = proposal.embargo_until !== null && new Date(proposal.embargo_until) > new Date();
  const whom = proposal.audience === "everyone" ? "everybody" : "signed in";
  return <Badge tone={isHeld ? "warn" : "ok"}>{isHeld ? "under embargo" : `published: ${whom}`}</Badge>;
}

function NewProposal() {
  const go = useNavigate();
  const { run, isBusy, error } = useAction();
  const [said, setSaid] = useState({ number: "", title: "", starts: "", ends: "" });
  const [places, setPlaces] = useState<string[]>(bootstrap.beamline ? [bootstrap.beamline.name] : []);
  const faults = error instanceof ApiError ? error.fields : {};
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = {
      number: said.number.trim(),
      title: said.title,
      beamlines: places,
      starts_at: asMoment(said.starts),
      ends_at: asMoment(said.ends),
    };
    if (await run(() => saveProposal(null, body)))
      go(`/facility/proposals/${encodeURIComponent(body.number)}`);
  };
  const field = (name: keyof typeof said, label: string, type: string, key: string) => (
    <Field label={label} errors={faults[key]} required={name === "number"}>
      {(ids) => (
        <input
          {...ids}
          type={type}
          required={name === "number"}
          value={said[name]}
          onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <Card title="New proposal">
      <form onSubmit={submit}>
        <div className="facility-fields">
          {field("number", "Number", "text", "number")}
          {field("title", "Title", "text", "title")}
          {field("starts", "From", "datetime-local", "starts_at")}
          {field("ends", "To", "datetime-local", "ends_at")}
        </div>
        <BeamlineTicks chosen={places} onChange={setPlaces} />
        {error && <Problem error={error} />}
        <Button type="submit" busy={isBusy}>
          Add proposal
        </Button>
      </form>
    </Card>
  );
}

interface BeamlineTicksProps {
  chosen: string[];
  onChange: (names: string[]) => void;
}

export function BeamlineTicks({ chosen, onChange }: BeamlineTicksProps) {
  return (
    <fieldset className="facility-ticks">
      <legend>Beamlines</legend>
      {bootstrap.beamlines.map((one) => (
        <label className="inline" key={one.name}>
          <input
            type="checkbox"
            checked={chosen.includes(one.name)}
            onChange={(event) =>
              onChange(
                event.target.checked ? [...chosen, one.name] : chosen.filter((name) => name !== one.name),
              )
            }
          />
          {one.title}
        </label>
      ))}
    </fieldset>
  );
}
