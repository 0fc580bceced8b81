import { useState } from "react";
import { ApiError } from "../../api/client";
import { type ImportReport, sendImport } from "../../api/facility";
import { Badge, Button, Card, Field, Problem, TableRegion, useAction } from "../../components/parts";
import { FacilityFrame } from "./frame";

const KINDS: [value: string, text: string][] = [
  ["json", "JSON with its kinds"],
  ["people", "CSV: people"],
  ["proposals", "CSV: proposals"],
  ["members", "CSV: members"],
  ["visits", "CSV: visits"],
  ["samples", "CSV: samples"],
];
/** What rows of a kind look like, shown while there are none. */
const EXAMPLES: Record<string, string> = {
  json: '{"proposals": [{"number": "2026-0042", "title": "Oxides", "beamlines": ["demo"]}],\n "members": [{"proposal": "2026-0042", "username": "ada", "role": "principal_investigator"}]}',
  people: "username,external_id,email,first_name,last_name\nada,person-17,ada@example.org,Ada,Lind",
  proposals: "number,external_id,title,beamlines\n2026-0042,prop-42,Oxides,demo",
  members: "proposal,username,role\n2026-0042,ada,principal_investigator",
  visits:
    "external_id,proposal,beamline,starts_at,ends_at,members\nvisit-42-1,2026-0042,demo,2026-11-23T08:00:00Z,2026-11-26T08:00:00Z,ada:member; ben:observer",
  samples:
    "proposal,external_id,name,composition,hazards,position\n2026-0042,s-1,Fe2O3 film,Fe2O3,irritant; dust,A1",
};
const TONES = { added: "ok", changed: "info", unchanged: "neutral", refused: "bad" } as const;

/** Rows of another system, tried first and then taken over. */
export function ImportPage() {
  const { run, isBusy, error } = useAction();
  const [kind, setKind] = useState("json");
  const [text, setText] = useState("");
  const [report, setReport] = useState<ImportReport | null>(null);
  const send = (isDryRun: boolean) => void run(async () => setReport(await sendImport(text, kind, isDryRun)));
  const faults = error instanceof ApiError ? error.fields : {};
  const read = (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    if (file.name.toLowerCase().endsWith(".json")) setKind("json");
    void file.text().then(setText);
  };
  return (
    <FacilityFrame
      title="Import"
      lead="People, proposals, members, visits and samples of another system; the same rows again change nothing."
    >
      <Card title="Rows">
        <div className="facility-fields">
          <Field label="What it is">
            {(ids) => (
              <select {...ids} value={kind} onChange={(event) => setKind(event.target.value)}>
                {KINDS.map(([value, name]) => (
                  <option key={value} value={value}>
                    {name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label="File">
            {(ids) => (
              <input
                {...ids}
                type="file"
                accept=".json,.csv,text/csv,application/json"
                onChange={(event) => read(event.target.files)}
              />
            )}
          </Field>
        </div>
        <Field
          label="Text"
          hint="As pasted or read from the file. “Try” says of each row what would become of it, and changes nothing."
          errors={Object.values(faults).flat()}
        >
          {(ids) => (
            <textarea
              {...ids}
              rows={8}
              placeholder={EXAMPLES[kind]}
              className="facility-text"
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <div className="facility-bulk">
          <Button kind="primary" busy={isBusy} disabled={!text.trim()} onClick={() => send(true)}>
            Try
          </Button>
          <Button busy={isBusy} disabled={!text.trim()} onClick={() => send(false)}>
            Import
          </Button>
        </div>
        {error && <Problem error={error} />}
      </Card>
      {report && <Report report={report} />}
    </FacilityFrame>
  );
}

function Report({ report }: { report: ImportReport }) {
  const { counts } = report;
  const told = `${counts.added} added, ${counts.changed} changed, ${counts.unchanged} unchanged, ${counts.refused} refused`;
  return (
    <Card title={report.is_dry_run ? "What would become of each row" : "What became of each row"}>
      <p role="status">{report.is_dry_run ? `Tried, nothing was changed: ${told}.` : `${told}.`}</p>
      <TableRegion label="Rows" className="table-window">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">What</th>
              <th scope="col">Outcome</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {report.rows.map((row) => (
              <tr key={`${row.kind} ${row.row}`}>
                <td>
                  {row.kind} {row.row}
                </td>
                <th scope="row">{row.key || "–"}</th>
                <td>
                  <Badge tone={TONES[row.outcome as keyof typeof TONES] ?? "neutral"}>{row.outcome}</Badge>
                </td>
                <td>
                  {[
                    row.detail,
                    ...Object.entries(row.fields).map(([name, why]) => `${name}: ${why.join(", ")}`),
                  ]
                    .filter(Boolean)
                    .join(" ")}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableRegion>
    </Card>
  );
}
