import { useSearchParams } from "react-router";
import { getVisits } from "../../api/facility";
import { bootstrap } from "../../bootstrap";
import { Field } from "../../components/parts";
import { FacilityFrame } from "./frame";
import { Answers, usePages } from "./more_rows";
import { NewVisitLink } from "./new_visit_link";
import { VisitTable } from "./visit_table";

const TIMES = [
  ["", "all"],
  ["current", "on now"],
  ["coming", "to come"],
  ["past", "past"],
] as const;

export function VisitsPage() {
  const [search, setSearch] = useSearchParams();
  const asked = { when: search.get("when") ?? "", beamline: search.get("at") ?? "" };
  const { page, pager } = usePages(`visits:${JSON.stringify(asked)}`, (cursor, signal) =>
    getVisits({ ...asked, cursor }, signal),
  );
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    value ? next.set(name, value) : next.delete(name);
    setSearch(next, { replace: true });
  };
  return (
    <FacilityFrame title="Visits" lead="Who comes to which beamline, and when." actions={<NewVisitLink />}>
      <div className="facility-filters">
        <Field label="When">
          {(ids) => (
            <select {...ids} value={asked.when} onChange={(event) => set("when", event.target.value)}>
              {TIMES.map(([value, text]) => (
                <option key={value} value={value}>
                  {text}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Beamline">
          {(ids) => (
            <select {...ids} value={asked.beamline} onChange={(event) => set("at", event.target.value)}>
              <option value="">all</option>
              {bootstrap.beamlines.map((beamline) => (
                <option key={beamline.name} value={beamline.name}>
                  {beamline.title}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Answers page={page} what="visits" none="There is no such visit.">
        {(rows) => <VisitTable visits={rows} label="Visits" />}
      </Answers>
      {pager}
    </FacilityFrame>
  );
}
