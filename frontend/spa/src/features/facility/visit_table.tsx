import { Link } from "react-router";
import type { Visit } from "../../api/facility";
import { Badge, TableRegion } from "../../components/parts";
import { span } from "./dates";

const TONES = { current: "ok", coming: "info", past: "neutral", cancelled: "warn" } as const;

export function VisitState({ state }: { state: Visit["state"] }) {
  return <Badge tone={TONES[state]}>{state}</Badge>;
}

/** Visits, a line each. */
export function VisitTable({ visits, label }: { visits: Visit[]; label: string }) {
  return (
    <TableRegion label={label}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Visit</th>
            <th scope="col">State</th>
            <th scope="col">Beamline</th>
            <th scope="col">Dates</th>
            <th scope="col">People</th>
            <th scope="col">Local contact</th>
          </tr>
        </thead>
        <tbody>
          {visits.map((visit) => (
            <tr key={visit.number}>
              <th scope="row">
                <Link to={`/facility/visits/${encodeURIComponent(visit.number)}`}>{visit.number}</Link>
                {visit.proposal_title && <span className="cell-note">{visit.proposal_title}</span>}
              </th>
              <td>
                <VisitState state={visit.state} />
              </td>
              <td>{visit.beamline}</td>
              <td className="facility-dates">{span(visit.starts_at, visit.ends_at)}</td>
              <td>{visit.members.map((member) => member.display_name).join(", ") || "–"}</td>
              <td>{visit.local_contact ?? "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableRegion>
  );
}
