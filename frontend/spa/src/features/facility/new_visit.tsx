import { type FormEvent, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { createVisit, getMembers, getProposals, type Proposal } from "../../api/facility";
import { bootstrap } from "../../bootstrap";
import { Button, Card, Field, Loading, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { endAfter, tomorrow } from "./dates";
import { FacilityFrame } from "./frame";
import { PeopleField, usePicking } from "./people_field";
import { asOrder, VisitFields, type VisitPlace } from "./visit_fields";

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
  const [chosen, setChosen] = useState<Partial<VisitPlace>>({ start: tomorrow() });
  const proposal = proposals.find((one) => one.number === number);
  const place: VisitPlace = {
    beamline: proposal?.beamlines[0] ?? bootstrap.beamline?.name ?? "",
    start: "",
    end: endAfter(chosen.start ?? "", USUAL_DAYS),
    contact: "",
    note: "",
    ...chosen,
  };
  const known = useResource(number && `members:${number}`, (signal) => getMembers(number, signal));
  const picking = usePicking(known.data?.results);
  const said = error instanceof ApiError ? error.fields : {};
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    let made = "";
    const isDone = await run(async () => {
      const members = picking.people.map(({ username, role }) => ({ username, role }));
      made = (await createVisit({ proposal: number, members, ...asOrder(place) })).number;
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
        <PeopleField
          label="People and roles"
          hint="Type a name, or paste a list: ada: principal investigator, ben, eve: observer. Who is not in the proposal comes into it."
          list="People of the visit"
          picking={picking}
          errors={said.members}
          withRoles
        />
      </Card>
      <Card title="Where and when">
        <VisitFields
          place={place}
          onChange={(changes) => setChosen((before) => ({ ...before, ...changes }))}
          errors={said}
          endHint="Three days later unless you say otherwise."
        />
      </Card>
      {error && <Problem error={error} />}
      <Button kind="primary" type="submit" busy={isBusy} disabled={picking.faults.length > 0 || !number}>
        Create visit
      </Button>
    </form>
  );
}
