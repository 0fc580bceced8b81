import { Link } from "react-router";
import { exportUrl, type VisibleItem } from "../../api/queue";
import { duration, figure, takes, when } from "../../components/format";
import { Button, Code } from "../../components/parts";

interface DetailsButtonProps {
  item: VisibleItem;
  isOpen: boolean;
  onToggle: () => void;
}

/** Opens and closes what `ItemDetails` shows. */
export function DetailsButton({ item, isOpen, onToggle }: DetailsButtonProps) {
  return (
    <Button
      kind="quiet"
      expanded={isOpen}
      label={`Details of ${item.plan}, ${when(item.created_at)}`}
      onClick={onToggle}
    >
      Details
    </Button>
  );
}

/** All that is known of an item: what was asked for, when, and what went wrong. */
export function ItemDetails({ item, beamline }: { item: VisibleItem; beamline: string }) {
  return (
    <div className="item-details">
      <dl className="metadata">
        {facts(item).map(([name, text]) => (
          <div key={name} className="fact">
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p className="item-links">
        {item.kind !== "queue_stop" && (
          <Link to={`/acquire/${item.plan}?item=${item.uid}`}>Open the form filled in like this</Link>
        )}
        <a href={exportUrl(beamline, "json", item.uid)}>Take away as JSON</a>
        <a href={exportUrl(beamline, "python", item.uid)}>Take away as Python</a>
      </p>
      {item.traceback && (
        <details>
          <summary>Traceback</summary>
          <Code text={item.traceback} />
        </details>
      )}
    </div>
  );
}

/** Names and texts of what is known of an item, in the order in which it came about. */
export function facts(item: VisibleItem): [string, string][] {
  const took = (Date.parse(item.finished_at ?? "") - Date.parse(item.started_at ?? "")) / 1000;
  const found: [string, string][] = [
    ...Object.entries(item.parameters).map(([name, value]): [string, string] => [name, textOf(value)]),
    ...Object.entries(item.metadata ?? {}).map(([name, value]): [string, string] => [name, textOf(value)]),
    ["proposal", item.proposal],
    ["submitted", item.created_at ? `${when(item.created_at)} by ${item.submitted_by}` : item.submitted_by],
    ["note", item.note ?? ""],
    ["priority", item.priority ? String(item.priority) : ""],
    ["not before", item.not_before ? when(item.not_before) : ""],
    ["waits for", (item.waits_for ?? []).join(", ")],
    ["cannot run yet", item.obstacle?.detail ?? ""],
    ["points", item.points ? String(item.points) : ""],
    ["takes about", item.estimated_s ? takes(item.estimated_s) : ""],
    ["reviewed by", item.reviewed_by ?? ""],
    ["started", item.started_at ? when(item.started_at) : ""],
    ["ended", item.finished_at ? `${when(item.finished_at)}, after ${duration(took)}` : ""],
    ["reason", item.reason ?? ""],
    ["item", item.uid],
  ];
  return found.filter(([, text]) => text !== "");
}

/** A value as it can be read: "sx -1 1, sy 0 2" for rows, "det, camera" for a list. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map((row) => (Array.isArray(row) ? row.map(textOf).join(" ") : textOf(row))).join(", ");
  }
  return typeof value === "object" && value !== null ? JSON.stringify(value) : figure(value);
}
