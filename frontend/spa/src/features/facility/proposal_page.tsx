import { type FormEvent, useState } from "react";
import { useParams } from "react-router";
import { ApiError } from "../../api/client";
import {
  getMembers,
  getProposal,
  getVisits,
  PROPOSAL_ROLES,
  type Proposal,
  publish,
  removeMember,
  saveProposal,
  setMember,
} from "../../api/facility";
import { Button, Card, Field, Loading, Problem, TableRegion, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { asLocal, asMoment } from "./dates";
import { FacilityFrame } from "./frame";
import { Keeping } from "./keeping";
import { Answers } from "./more_rows";
import { NewVisitLink } from "./new_visit_link";
import { PersonForm } from "./person_form";
import { PersonName } from "./person_name";
import { BeamlineTicks, DataState } from "./proposals";
import { spoken } from "./roles";
import { VisitTable } from "./visit_table";

export function ProposalPage() {
  const { number = "" } = useParams();
  const found = useResource(`proposal:${number}`, (signal) => getProposal(number, signal));
  const visits = useResource(`visits-of:${number}`, (signal) => getVisits({ proposal: number }, signal));
  return (
    <FacilityFrame
      title={number}
      lead={found.data?.title}
      actions={found.data && !found.data.is_closed && <NewVisitLink proposal={number} />}
    >
      {found.error && <Problem error={found.error} onRetry={found.refresh} />}
      {found.isLoading && <Loading what="the proposal" />}
      {found.data && (
        <>
          <Card title="Visits">
            <Answers page={visits} what="visits" none="It has no visits: its own dates hold.">
              {(rows) => <VisitTable visits={rows} label="Visits of the proposal" />}
            </Answers>
          </Card>
          <People number={number} />
          <Facts key={`facts ${JSON.stringify(found.data)}`} proposal={found.data} onSaved={found.refresh} />
          <Publication
            key={`data ${JSON.stringify(found.data)}`}
            proposal={found.data}
            onSaved={found.refresh}
          />
          <Keeping number={number} />
        </>
      )}
    </FacilityFrame>
  );
}

function People({ number }: { number: string }) {
  const members = useResource(`members:${number}`, (signal) => getMembers(number, signal));
  const { run, error } = useAction();
  const takeOut = (username: string) =>
    void run(() => removeMember(number, username)).then((isDone) => isDone && members.refresh());
  return (
    <Card title="People">
      {members.error && <Problem error={members.error} onRetry={members.refresh} />}
      <TableRegion label="People of the proposal">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Person</th>
              <th scope="col">Role</th>
              <th scope="col">Change</th>
            </tr>
          </thead>
          <tbody>
            {members.data?.results.map((member) => (
              <tr key={member.username}>
                <th scope="row">
                  <PersonName {...member} />
                </th>
                <td>{spoken(member.role)}</td>
                <td>
                  <Button
                    kind="quiet"
                    label={`Take out ${member.username}`}
                    onClick={() => takeOut(member.username)}
                  >
                    Take out
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableRegion>
      <PersonForm
        roles={[...PROPOSAL_ROLES]}
        usual="member"
        verb="Add to the proposal"
        onAdd={(username, role) => setMember(number, username, role)}
        onDone={members.refresh}
      />
      {error && <Problem error={error} />}
    </Card>
  );
}

function Facts({ proposal, onSaved }: { proposal: Proposal; onSaved: () => void }) {
  const { run, isBusy, error } = useAction();
  const [title, setTitle] = useState(proposal.title);
  const [owner, setOwner] = useState(proposal.data_owner);
  const [starts, setStarts] = useState(asLocal(proposal.starts_at));
  const [ends, setEnds] = useState(asLocal(proposal.ends_at));
  const [places, setPlaces] = useState(proposal.beamlines);
  const [isClosed, setClosed] = useState(proposal.is_closed);
  const faults = error instanceof ApiError ? error.fields : {};
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const dates = { starts_at: asMoment(starts), ends_at: asMoment(ends) };
    const body = { title, data_owner: owner, beamlines: places, is_closed: isClosed, ...dates };
    if (await run(() => saveProposal(proposal.number, body))) onSaved();
  };
  return (
    <Card title="Facts">
      <form onSubmit={submit}>
        <div className="facility-fields">
          <Field label="Title" errors={faults.title}>
            {(ids) => <input {...ids} value={title} onChange={(event) => setTitle(event.target.value)} />}
          </Field>
          <Field label="Owner of the data" errors={faults.data_owner}>
            {(ids) => <input {...ids} value={owner} onChange={(event) => setOwner(event.target.value)} />}
          </Field>
          <Field label="From" errors={faults.starts_at}>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                value={starts}
                onChange={(event) => setStarts(event.target.value)}
              />
            )}
          </Field>
          <Field label="To" errors={faults.ends_at}>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                value={ends}
                onChange={(event) => setEnds(event.target.value)}
              />
            )}
          </Field>
        </div>
        <BeamlineTicks chosen={places} onChange={setPlaces} />
        <label className="inline">
          <input type="checkbox" checked={isClosed} onChange={(event) => setClosed(event.target.checked)} />
          closed: its data can be read, nothing is added
        </label>
        {error && <Problem error={error} />}
        <div className="facility-save">
          <Button type="submit" busy={isBusy}>
            Save facts
          </Button>
        </div>
      </form>
    </Card>
  );
}

const AUDIENCES: [value: Proposal["audience"], text: string][] = [
  ["", "nobody else: its people and staff"],
  ["signed_in", "everybody who is signed in"],
  ["everyone", "everybody, also without an account"],
];

function Publication({ proposal, onSaved }: { proposal: Proposal; onSaved: () => void }) {
  const { run, isBusy, error } = useAction();
  const [audience, setAudience] = useState<string>(proposal.audience);
  const [until, setUntil] = useState(asLocal(proposal.embargo_until));
  const [reason, setReason] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = { audience, embargo_until: asMoment(until), reason };
    if (await run(() => publish(proposal.number, body))) onSaved();
  };
  return (
    <Card title="Publication of the data" actions={<DataState proposal={proposal} />}>
      <form onSubmit={submit}>
        <div className="facility-fields">
          <Field label="Who else may read the data">
            {(ids) => (
              <select {...ids} value={audience} onChange={(event) => setAudience(event.target.value)}>
                {AUDIENCES.map(([value, text]) => (
                  <option key={value} value={value}>
                    {text}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="Embargo until" hint="Before that nobody else, whatever is chosen.">
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                value={until}
                onChange={(event) => setUntil(event.target.value)}
              />
            )}
          </Field>
          <Field label="Reason">
            {(ids) => <input {...ids} value={reason} onChange={(event) => setReason(event.target.value)} />}
          </Field>
        </div>
        {error && <Problem error={error} />}
        <Button type="submit" busy={isBusy}>
          Save publication
        </Button>
      </form>
    </Card>
  );
}
