import type { AuditEntry } from "../../api/facility";
import { Code } from "../../components/parts";
import { type Change, changesOf } from "./changes";

const SHOWN = 6;
const LONGEST = 120;

/** What an act changed, old and new, key by key; as JSON for who asks. */
export function ChangeList({ entry }: { entry: AuditEntry }) {
  const { before, after, object_id, object_name, beamline, proposal } = entry;
  if (before === null && after === null) return null;
  const changes = changesOf(before, after, [object_id, object_name, beamline, proposal]);
  const rest = changes.slice(SHOWN);
  return (
    <>
      <Lines changes={changes.slice(0, SHOWN)} />
      {rest.length > 0 && (
        <details>
          <summary>{rest.length} more</summary>
          <Lines changes={rest} />
        </details>
      )}
      <details className="change-json">
        <summary>
          JSON<span className="visually-hidden"> of entry {entry.id}</span>
        </summary>
        <Code text={JSON.stringify({ before, after }, null, 1)} />
      </details>
    </>
  );
}

function Lines({ changes }: { changes: Change[] }) {
  if (changes.length === 0) return null;
  return (
    <ul className="changes">
      {changes.map(({ name, was, is }) => (
        <li key={name}>
          {name && <span className="change-name">{name}: </span>}
          {was !== null && (
            <del>
              <span className="visually-hidden">was </span>
              <Value text={was} />
            </del>
          )}
          {was !== null && is !== null && <span aria-hidden="true"> → </span>}
          {is !== null && (
            <ins>
              <span className="visually-hidden">{was === null ? "" : "now "}</span>
              <Value text={is} />
            </ins>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A value; a long one by its beginning, and whole on demand. */
function Value({ text }: { text: string }) {
  if (text.length <= LONGEST) return <>{text}</>;
  return (
    <details className="change-long">
      <summary>{text.slice(0, LONGEST / 2)}…</summary>
      {text}
    </details>
  );
}
