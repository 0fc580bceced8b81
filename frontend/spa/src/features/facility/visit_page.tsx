import { useState } from "react";
import { Link, useParams } from "react-router";
import {
  cancelVisit,
  getVisit,
  PROPOSAL_ROLES,
  removeVisitMember,
  setVisitMember,
  type Visit,
} from "../../api/facility";
import { may } from "../../bootstrap";
import { Button, Card, Loading, Problem, TableRegion, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { span } from "./dates";
import { FacilityFrame } from "./frame";
import { MoveVisit } from "./move_visit";
import { PersonForm } from "./person_form";
import { PersonName } from "./person_name";
import { spoken } from "./roles";
import { VisitState } from "./visit_table";

export function VisitPage() {
  const { visit: number = "" } = useParams();
  const found = useResource(`visit:${number}`, (signal) => getVisit(number, signal));
  return (
    <FacilityFrame title={number} lead={found.data?.proposal_title}>
      {found.error && <Problem error={found.error} onRetry={found.refresh} />}
      {found.isLoading && <Loading what="the visit" />}
      {found.data && <VisitDetails visit={found.data} onChanged={found.refresh} />}
    </FacilityFrame>
  );
}

function VisitDetails({ visit, onChanged }: { visit: Visit; onChanged: () => void }) {
  const { run, isBusy, error } = useAction();
  const [isSure, setSure] = useState(false);
  const [isMoving, setMoving] = useState(false);
  const mayManage = may("account:manage");
  const mayName = mayManage || may("proposal:manage");
  const act = (work: () => Promise<unknown>) => void run(work).then((isDone) => isDone && onChanged());
  return (
    <>
      <Card
        title="Visit"
        actions={
          may("audit:read") && (
            <Link
              className="button button-plain"
              to={`/facility/audit?proposal=${encodeURIComponent(visit.proposal)}`}
            >
              Check in the audit
            </Link>
          )
        }
      >
        <dl className="facility-facts">
          <dt>State</dt>
          <dd>
            <VisitState state={visit.state} />
          </dd>
          <dt>Proposal</dt>
          <dd>
            {mayManage ? (
              <Link to={`/facility/proposals/${encodeURIComponent(visit.proposal)}`}>{visit.proposal}</Link>
            ) : (
              visit.proposal
            )}
          </dd>
          <dt>Beamline</dt>
          <dd>{visit.beamline}</dd>
          <dt>Dates</dt>
          <dd>{span(visit.starts_at, visit.ends_at)}</dd>
          <dt>Local contact</dt>
          <dd>{visit.local_contact ?? "none yet"}</dd>
          {visit.note && (
            <>
              <dt>Note</dt>
              <dd>{visit.note}</dd>
            </>
          )}
        </dl>
        {isMoving && (
          <MoveVisit
            visit={visit}
            onLeave={() => setMoving(false)}
            onDone={() => {
              setMoving(false);
              onChanged();
            }}
          />
        )}
        {mayManage && visit.state !== "cancelled" && !isSure && !isMoving && (
          <div className="facility-buttons">
            <Button onClick={() => setMoving(true)}>Move this visit</Button>
            <Button kind="quiet" onClick={() => setSure(true)}>
              Cancel this visit
            </Button>
          </div>
        )}
        {isSure && visit.state !== "cancelled" && (
          <Button kind="danger" busy={isBusy} onClick={() => act(() => cancelVisit(visit.number))}>
            Yes, cancel: nobody has control by it any more
          </Button>
        )}
      </Card>
      <Card title="People and roles">
        <TableRegion label="People of the visit">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Person</th>
                <th scope="col">Role for this visit</th>
                {mayName && <th scope="col">Change</th>}
              </tr>
            </thead>
            <tbody>
              {visit.members.map((member) => (
                <tr key={member.username}>
                  <th scope="row">
                    <PersonName {...member} />
                  </th>
                  <td>{spoken(member.role)}</td>
                  {mayName && (
                    <td>
                      <Button
                        kind="quiet"
                        label={`Take out ${member.username}`}
                        onClick={() => act(() => removeVisitMember(visit.number, member.username))}
                      >
                        Take out
                      </Button>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </TableRegion>
        {mayName && (
          <PersonForm
            roles={[...PROPOSAL_ROLES]}
            usual="member"
            verb="Add to the visit"
            onAdd={(username, role) => setVisitMember(visit.number, username, role)}
            onDone={onChanged}
          />
        )}
        {error && <Problem error={error} />}
      </Card>
    </>
  );
}
