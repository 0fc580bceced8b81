import { useState } from "react";
import { Link } from "react-router";
import {
  type ExportFormat,
  getFormats,
  type OptionSchema,
  orderExport,
  runExportUrl,
} from "../../api/exports";
import { getSnippet, notebookUrl, qrUrl } from "../../api/figures";
import type { RunDetail } from "../../api/runs";
import { Icon } from "../../components/icons";
import { Button, Card, CopyButton, Field, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { JobProgress } from "../exports/job_progress";
import { useJob } from "../exports/use_job";

/** The run as a file in any format, at once or written in the background, and as Python. */
export function TakeAway({ run, canExport }: { run: RunDetail; canExport: boolean }) {
  const snippet = useResource(`snippet:${run.uid}`, (signal) => getSnippet(run.uid, signal));
  return (
    <Card title="Take away">
      {canExport ? (
        <ExportForm run={run} />
      ) : (
        <p className="muted">You may look at this run, not take it away.</p>
      )}
      <div className="item-links">
        <CopyButton text={snippet.data ?? ""}>Copy Jupyter snippet</CopyButton>
        <a className="button button-quiet" href={notebookUrl(run.uid)} download>
          <Icon name="download" />
          Notebook
        </a>
      </div>
      <ShareLink run={run} />
    </Card>
  );
}

function ShareLink({ run }: { run: RunDetail }) {
  const [isShown, setShown] = useState(false);
  const address = `${window.location.origin}/runs/${run.uid}`;
  return (
    <div className="item-links">
      <CopyButton text={address}>Copy link</CopyButton>
      <Button kind="quiet" expanded={isShown} onClick={() => setShown(!isShown)}>
        QR code
      </Button>
      {isShown && (
        <img className="qr" src={qrUrl(run.uid)} alt={`QR code of ${address}`} width={180} height={180} />
      )}
    </div>
  );
}

const FIRST = "nexus";

function ExportForm({ run }: { run: RunDetail }) {
  const formats = useResource("formats", (signal) => getFormats(signal));
  const [name, setName] = useState(FIRST);
  const [options, setOptions] = useState<Record<string, unknown>>({});
  const [ordered, setOrdered] = useState<string | null>(null);
  const action = useAction();
  const chosen = formats.data?.find((format) => format.name === name);
  const job = useJob(ordered);
  const given = Object.fromEntries(
    Object.entries(options).filter(([key]) => key in (chosen?.options.properties ?? {})),
  );
  return (
    <>
      {formats.error && <Problem error={formats.error} onRetry={formats.refresh} />}
      <Field label="Format" hint={chosen ? lossOf(chosen) : ""}>
        {(ids) => (
          <select {...ids} value={name} onChange={(event) => setName(event.target.value)}>
            {(formats.data ?? []).map((format) => (
              <option key={format.name} value={format.name}>
                {format.title} (.{format.ending})
              </option>
            ))}
          </select>
        )}
      </Field>
      {chosen && Object.keys(chosen.options.properties ?? {}).length > 0 && (
        <details className="history">
          <summary>Options</summary>
          {Object.entries(chosen.options.properties ?? {}).map(([key, schema]) => (
            <Option
              key={key}
              name={key}
              schema={schema}
              value={options[key]}
              onChange={(value) => setOptions({ ...options, [key]: value })}
            />
          ))}
        </details>
      )}
      <div className="item-links">
        <a className="button button-primary" href={runExportUrl(run.uid, name, given)} download>
          <Icon name="download" />
          Download
        </a>
        <Button
          busy={action.isBusy}
          title="Write the file in the background: for large runs"
          onClick={() =>
            void action.run(async () => {
              setOrdered((await orderExport({ runs: [run.uid], format: name, options: given })).uid);
            })
          }
        >
          In the background
        </Button>
      </div>
      {action.error && <Problem error={action.error} />}
      {job && (
        <div className="ordered">
          <JobProgress job={job} />
          <Link to="/exports">All exports</Link>
        </div>
      )}
    </>
  );
}

function lossOf(format: ExportFormat): string {
  return format.is_lossless ? "Lossless: every document." : `Without ${format.loses}.`;
}

interface OptionProps {
  name: string;
  schema: OptionSchema;
  value: unknown;
  onChange: (value: unknown) => void;
}

function Option({ name, schema, value, onChange }: OptionProps) {
  const kinds = Array.isArray(schema.type) ? schema.type : [schema.type];
  const text = value === undefined ? "" : Array.isArray(value) ? value.join(", ") : String(value);
  const usual = Array.isArray(schema.default) ? schema.default.join(", ") : String(schema.default ?? "");
  const read = (typed: string): unknown => {
    if (typed === "") return undefined;
    if (kinds.includes("array"))
      return typed
        .split(",")
        .map((word) => word.trim())
        .filter(Boolean);
    return kinds.includes("number") || kinds.includes("integer") ? Number(typed) : typed;
  };
  return (
    <Field label={name} hint={schema.description ?? ""}>
      {(ids) =>
        schema.enum ? (
          <select {...ids} value={text || usual} onChange={(event) => onChange(event.target.value)}>
            {schema.enum.map((choice) => (
              <option key={String(choice)}>{String(choice)}</option>
            ))}
          </select>
        ) : (
          <input
            {...ids}
            defaultValue={text}
            placeholder={usual}
            onChange={(event) => onChange(read(event.target.value))}
          />
        )
      }
    </Field>
  );
}
