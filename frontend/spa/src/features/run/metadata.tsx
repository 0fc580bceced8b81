import type { RunDetail } from "../../api/runs";
import { compactJson } from "../../components/format";
import { Card, Code, CopyButton } from "../../components/parts";

/** Start and stop document as a table: what was asked for, and how it ended. */
export function Metadata({ run }: { run: RunDetail }) {
  const entries = Object.entries(run.start).sort(([a], [b]) => a.localeCompare(b));
  return (
    <Card title="Metadata" actions={<CopyButton text={run.uid}>Copy uid</CopyButton>}>
      <dl className="metadata">
        {entries.map(([key, value]) => (
          <Entry key={key} name={key} value={value} />
        ))}
        {run.stop && <Entry name="stop" value={run.stop} />}
      </dl>
    </Card>
  );
}

function Entry({ name, value }: { name: string; value: unknown }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 1);
  const isLong = text.length > 100;
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {isLong ? (
          <details>
            <summary>{compactJson(value, 90)}</summary>
            <Code text={text} />
          </details>
        ) : (
          compactJson(value).replaceAll('"', "")
        )}
      </dd>
    </>
  );
}
