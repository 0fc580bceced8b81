import { useState } from "react";
import { useSearchParams } from "react-router";
import { type AuditEntry, auditFile, getAudit } from "../../api/facility";
import { compactJson, when } from "../../components/format";
import { Button, Code, Field, TableRegion } from "../../components/parts";
import { asMoment } from "./dates";
import { FacilityFrame } from "./frame";
import { Answers, usePages } from "./more_rows";

const WORDS = ["q", "username", "action", "beamline", "proposal", "since", "until"] as const;
const LABELS: Record<(typeof WORDS)[number], string> = {
  q: "Words",
  username: "Who",
  action: "Action",
  beamline: "Beamline",
  proposal: "Proposal",
  since: "From",
  until: "To",
};

type Words = Partial<Record<(typeof WORDS)[number], string>>;

/** What is asked, from the address of the page; its days are the browser's. */
function askedFrom(search: URLSearchParams): Words {
  const asked: Words = {};
  for (const name of WORDS) {
    const value = search.get(name === "beamline" ? "at" : name) ?? "";
    const isDay = name === "since" || name === "until";
    const kept = isDay ? asMoment(value) : value;
    if (kept) asked[name] = kept;
  }
  return asked;
}

/** What was done: by whom, for whom, when, where and why; searched, and taken away as a file. */
export function AuditPage() {
  const [search, setSearch] = useSearchParams();
  const asked = askedFrom(search);
  const { page, pager } = usePages(`audit:${JSON.stringify(asked)}`, (cursor, signal) =>
    getAudit({ ...asked, cursor, limit: 100 }, signal),
  );
  return (
    <FacilityFrame
      title="Audit"
      lead="Every act of a person, key or worker, newest first."
      actions={
        <>
          <a className="button button-plain" href={auditFile("csv", asked)} download>
            CSV
          </a>
          <a className="button button-plain" href={auditFile("jsonl", asked)} download>
            JSON lines
          </a>
        </>
      }
    >
      <AuditFilters key={search.toString()} search={search} onAsk={setSearch} />
      <Answers page={page} what="the audit log" none="No act answers this.">
        {(rows) => <AuditTable entries={rows} />}
      </Answers>
      {pager}
    </FacilityFrame>
  );
}

interface AuditFiltersProps {
  search: URLSearchParams;
  onAsk: (search: URLSearchParams) => void;
}

function AuditFilters({ search, onAsk }: AuditFiltersProps) {
  const nameOf = (name: string) => (name === "beamline" ? "at" : name);
  const [said, setSaid] = useState(() =>
    Object.fromEntries(WORDS.map((name) => [name, search.get(nameOf(name)) ?? ""])),
  );
  return (
    <form
      className="facility-fields facility-filters"
      onSubmit={(event) => {
        event.preventDefault();
        const asked = Object.entries(said).filter(([, value]) => value);
        onAsk(new URLSearchParams(asked.map(([name, value]) => [nameOf(name), value])));
      }}
    >
      {WORDS.map((name) => (
        <Field key={name} label={LABELS[name]}>
          {(ids) => (
            <input
              {...ids}
              type={name === "since" || name === "until" ? "datetime-local" : "text"}
              value={said[name] ?? ""}
              onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <Button type="submit">Search</Button>
    </form>
  );
}

function AuditTable({ entries }: { entries: AuditEntry[] }) {
  return (
    <TableRegion label="Audit entries">
      <table className="table audit-table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">Act</th>
            <th scope="col">On</th>
            <th scope="col">Where</th>
            <th scope="col">Why, before and after</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td className="facility-dates">{when(entry.at)}</td>
              <td>
                {entry.username}
                {entry.on_behalf_of && <span className="cell-note">for {entry.on_behalf_of}</span>}
                {entry.address && <span className="cell-note">{entry.address}</span>}
              </td>
              <th scope="row">{entry.action}</th>
              <td>{entry.object_id || "–"}</td>
              <td>{[entry.beamline, entry.proposal].filter(Boolean).join(", ") || "–"}</td>
              <td>
                <Change entry={entry} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableRegion>
  );
}

function Change({ entry }: { entry: AuditEntry }) {
  const { before, after, reason } = entry;
  if (before === null && after === null) return <>{reason || "–"}</>;
  return (
    <details>
      <summary>{reason || compactJson(after ?? before, 60)}</summary>
      <Code text={JSON.stringify({ before, after }, null, 1)} />
    </details>
  );
}
