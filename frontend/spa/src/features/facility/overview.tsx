import { Link } from "react-router";
import { getSiteStatus, getVisits } from "../../api/facility";
import { Badge, Card, Problem } from "../../components/parts";
import { useResource } from "../../live/resource";
import { FacilityFrame } from "./frame";
import { Answers } from "./more_rows";
import { NewVisitLink } from "./new_visit_link";
import { VisitTable } from "./visit_table";

export function FacilityOverview() {
  const current = useResource("visits:current", (signal) => getVisits({ when: "current" }, signal));
  const coming = useResource("visits:coming", (signal) => getVisits({ when: "coming", limit: 20 }, signal));
  return (
    <FacilityFrame
      title="Facility"
      lead="Visits, people and the state of the site."
      actions={<NewVisitLink />}
    >
      <Health />
      <Card title="Visits that are on">
        <Answers page={current} what="visits" none="No visit is on.">
          {(rows) => <VisitTable visits={rows} label="Visits that are on" />}
        </Answers>
      </Card>
      <Card title="Visits to come" actions={<Link to="/facility/visits">All visits</Link>}>
        <Answers page={coming} what="visits" none="No visit is planned.">
          {(rows) => <VisitTable visits={rows} label="Visits to come" />}
        </Answers>
      </Card>
    </FacilityFrame>
  );
}

function Health() {
  const found = useResource("status", getSiteStatus);
  const status = found.data;
  return (
    <Card
      title="Health"
      actions={
        <>
          <a href="/status">for monitors</a>
          <a href="/admin/">Django admin</a>
        </>
      }
    >
      {found.error && <Problem error={found.error} onRetry={found.refresh} />}
      {status && (
        <dl className="facility-facts">
          <dt>Site</dt>
          <dd>
            <Badge tone={status.status === "ready" ? "ok" : "warn"}>{status.status}</Badge>
          </dd>
          <dt>Database</dt>
          <dd>{status.database ? "answers" : "does not answer"}</dd>
          <dt>Broker</dt>
          <dd>{status.broker ? "answers" : "does not answer"}</dd>
          <dt>Workers</dt>
          <dd>
            {status.workers.ready} of {status.workers.expected} ready
          </dd>
        </dl>
      )}
    </Card>
  );
}
