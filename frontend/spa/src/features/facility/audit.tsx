import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { type AuditEntry, auditFile, getAudit } from "../../api/facility";
import { may } from "../../bootstrap";
import { when } from "../../components/format";
import { Button, Field, TableRegion } from "../../components/parts";
import { ChangeList } from "./change_list";
import { short } from "./changes";
import { asMoment } from "./dates";
import { FacilityFrame } from "./frame";
import { Answers, usePages } from "./more_rows";
import { PersonInput } from "./person_input";

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
          {(ids) =>
            name === "username" ? (
              <PersonInput
                ids={ids}
                value={said.username ?? ""}
                onChange={(username) => setSaid({ ...said, username })}
              />
            ) : (
              <input
                {...ids}
                type={name === "since" || name === "until" ? "datetime-local" : "text"}
                value={said[name] ?? ""}
                onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
              />
            )
          }
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
            <th scope="col">Where</th>
            <th scope="col">Why, and what changed</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td className="facility-dates">{when(entry.at)}</td>
              <td>
                {entry.username || "–"}
                {entry.on_behalf_of && <span className="cell-note">for {entry.on_behalf_of}</span>}
                {entry.address && <span className="cell-note">{entry.address}</span>}
              </td>
              <th scope="row">
                {entry.action}
                {entry.object_id && (
                  <span className="cell-note">
                    <ActedOn entry={entry} />
                  </span>
                )}
              </th>
              <td>{[entry.beamline, entry.proposal].filter(Boolean).join(", ") || "–"}</td>
              <td className="audit-change">
                {entry.reason && <p className="audit-reason">{entry.reason}</p>}
                <ChangeList entry={entry} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableRegion>
  );
}

/** Where a thing has a page of its own, by its kind. */
const PAGES: Record<string, string> = {
  proposal: "/facility/proposals/",
  visit: "/facility/visits/",
  sample: "/samples/",
  run: "/runs/",
  user: "/facility/people?q=",
  membership: "/facility/people?q=",
  staff_assignment: "/facility/people?q=",
};

/** What the act was on, by its name where that is known, with the way to it. */
function ActedOn({ entry }: { entry: AuditEntry }) {
  const { object_id: id, object_name: name, object_kind: kind } = entry;
  const isPerson = PAGES[kind]?.endsWith("=");
  const text = name && isPerson ? `${name} (${id})` : name || short(id);
  const page = isPerson && !may("account:manage") ? undefined : PAGES[kind];
  return page ? (
    <Link to={page + encodeURIComponent(id)}>{text}</Link>
  ) : (
    <span title={text === id ? undefined : id}>{text}</span>
  );
}
