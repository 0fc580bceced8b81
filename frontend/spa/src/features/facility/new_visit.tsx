import { type FormEvent, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { createVisit, getMembers, getProposals, getStaff, type Proposal } from "../../api/facility";
import { bootstrap } from "../../bootstrap";
import { Button, Card, Field, Loading, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { asMoment, endAfter, tomorrow } from "./dates";
import { FacilityFrame } from "./frame";
import { readPeople, spoken, writePeople } from "./roles";

const USUAL_DAYS = 3;

/** One form for a visit: proposal, people and roles, beamline and dates. */
export function NewVisitPage() {
  const [search] = useSearchParams();
  const proposals = useResource("open-proposals", (signal) => getProposals({ limit: 500 }, signal));
  return (
    <FacilityFrame title="New visit" lead="Time of a proposal on a beamline, for the people who come.">
      {proposals.error && <Problem error={proposals.error} onRetry={proposals.refresh} />}
      {proposals.isLoading && <Loading what="the proposals" />}
      {proposals.data && (
        <VisitForm
          proposals={proposals.data.results.filter((proposal) => !proposal.is_closed)}
          first={search.get("proposal") ?? ""}
        />
      )}
    </FacilityFrame>
  );
}

function VisitForm({ proposals, first }: { proposals: Proposal[]; first: string }) {
  const go = useNavigate();
  const { run, isBusy, error } = useAction();
  const [number, setNumber] = useState(first || (proposals[0]?.number ?? ""));
  const [written, setWritten] = useState<string | null>(null);
  const [place, setPlace] = useState<string | null>(null);
  const [start, setStart] = useState(tomorrow());
  const [chosenEnd, setEnd] = useState<string | null>(null);
  const [contact, setContact] = useState("");
  const [note, setNote] = useState("");
  const proposal = proposals.find((one) => one.number === number);
  const beamline = place ?? proposal?.beamlines[0] ?? bootstrap.beamline?.name ?? "";
  const end = chosenEnd ?? endAfter(start, USUAL_DAYS);
  const known = useResource(number && `members:${number}`, (signal) => getMembers(number, signal));
  const staff = useResource(beamline && `staff:${beamline}`, (signal) => getStaff(beamline, signal));
  const text = written ?? writePeople(known.data?.results ?? []);
  const { people, faults } = readPeople(text);
  const said = error instanceof ApiError ? error.fields : {};
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    let made = "";
    const isDone = await run(async () => {
      const dates = { starts_at: asMoment(start) ?? "", ends_at: asMoment(end) ?? "" };
      const body = { proposal: number, beamline, ...dates, members: people, local_contact: contact, note };
      made = (await createVisit(body)).number;
    });
    if (isDone) go(`/facility/visits/${encodeURIComponent(made)}`);
  };
  return (
    <form className="facility-form" onSubmit={submit}>
      <Card title="Who comes">
        <Field label="Proposal" errors={said.proposal} required>
          {(ids) => (
            <select {...ids} value={number} onChange={(event) => setNumber(event.target.value)} required>
              {proposals.map((one) => (
                <option key={one.number} value={one.number}>
                  {one.title ? `${one.number} · ${one.title}` : one.number}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          label="People and roles"
          hint="User names with commas between; a role behind a colon: ada: principal investigator, ben, eve: observer. Who is not in the proposal comes into it."
          errors={[...faults, ...(said.members ?? [])]}
        >
          {(ids) => (
            <textarea {...ids} rows={2} value={text} onChange={(event) => setWritten(event.target.value)} />
          )}
        </Field>
        <ul className="facility-people" aria-label="People of the visit">
          {people.map((person) => (
            <li key={person.username}>
              <strong>{person.username}</strong> {spoken(person.role)}
            </li>
          ))}
        </ul>
      </Card>
      <Card title="Where and when">
        <div className="facility-fields">
          <Field label="Beamline" errors={said.beamline} required>
            {(ids) => (
              <select {...ids} value={beamline} onChange={(event) => setPlace(event.target.value)} required>
                {bootstrap.beamlines.map((one) => (
                  <option key={one.name} value={one.name}>
                    {one.title}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="From" errors={said.starts_at} required>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                value={start}
                required
                onChange={(event) => setStart(event.target.value)}
              />
            )}
          </Field>
          <Field label="To" hint="Three days later unless you say otherwise." errors={said.ends_at} required>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                value={end}
                required
                onChange={(event) => setEnd(event.target.value)}
              />
            )}
          </Field>
          <Field label="Local contact" errors={said.local_contact}>
            {(ids) => (
              <select {...ids} value={contact} onChange={(event) => setContact(event.target.value)}>
                <option value="">none yet</option>
                {staff.data?.results.map((one) => (
                  <option key={one.username} value={one.username}>
                    {one.display_name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <Field label="Note" errors={said.note}>
          {(ids) => (
            <input {...ids} value={note} maxLength={300} onChange={(event) => setNote(event.target.value)} />
          )}
        </Field>
      </Card>
      {error && <Problem error={error} />}
      <Button kind="primary" type="submit" busy={isBusy} disabled={faults.length > 0 || !number}>
        Create visit
      </Button>
    </form>
  );
}
