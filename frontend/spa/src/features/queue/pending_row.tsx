import { type KeyboardEvent, useState } from "react";
import { Link } from "react-router";
import type { QueueItem, Verdict, VisibleItem } from "../../api/queue";
import { parametersLine } from "../../components/format";
import { Icon } from "../../components/icons";
import { Badge, Button } from "../../components/parts";
import { DetailsButton, ItemDetails } from "./item_details";

interface PendingRowProps {
  beamline: string;
  item: QueueItem;
  index: number;
  count: number;
  /** When it begins, or what keeps it from that. */
  starts: string;
  isEditable: boolean;
  isJudge: boolean;
  isDragged: boolean;
  isChosen: boolean;
  onChoose: () => void;
  onDragged: (index: number | null) => void;
  onDrop: (target: number) => void;
  onMove: (step: 1 | -1) => void;
  onDuplicate: () => void;
  onJudge: (verdict: Verdict) => void;
  onRemove: () => void;
}

/** One waiting item: moved by dragging, by its buttons, or by the arrow keys on its grip. */
export function PendingRow({ item, index, ...rest }: PendingRowProps) {
  if (item.hidden) {
    return (
      <li className="pending-row">
        <span className="pending-place">{index + 1}</span>
        <span className="muted">an item of another proposal</span>
      </li>
    );
  }
  return <VisibleRow item={item} index={index} {...rest} />;
}

function VisibleRow({ item, index, ...row }: Omit<PendingRowProps, "item"> & { item: VisibleItem }) {
  const [isOpen, setOpen] = useState(false);
  const { isEditable } = row;
  return (
    <li
      className={row.isDragged ? "pending-row is-dragged" : "pending-row"}
      draggable={isEditable}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        row.onDragged(index);
      }}
      onDragEnd={() => row.onDragged(null)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        row.onDrop(index);
        row.onDragged(null);
      }}
    >
      {isEditable && <Grip item={item} index={index} count={row.count} onMove={row.onMove} />}
      {isEditable && (
        <input
          type="checkbox"
          checked={row.isChosen}
          aria-label={`Choose ${item.plan}, place ${index + 1}`}
          onChange={row.onChoose}
        />
      )}
      <span className="pending-place">{index + 1}</span>
      <span className="pending-what">
        <strong>{item.kind === "queue_stop" ? "stop here" : item.plan}</strong>
        <span className="muted line-rest">
          {[item.note, parametersLine(item.parameters)].filter(Boolean).join(" · ")}
        </span>
      </span>
      <span className="pending-starts">
        {item.state === "proposed" && <Badge tone="info">proposed</Badge>}
        {item.obstacle?.code === "blocked" && <Badge tone="bad">blocked</Badge>}
        <span className="muted">{row.starts}</span>
      </span>
      <span className="muted pending-who">
        {item.submitted_by} · {item.proposal}
      </span>
      <span className="pending-actions">
        {row.isJudge && item.state === "proposed" && (
          <>
            <Button label={`Approve ${item.plan}`} onClick={() => row.onJudge("approve")}>
              Approve
            </Button>
            <Button label={`Deny ${item.plan}`} onClick={() => row.onJudge("deny")}>
              Deny
            </Button>
          </>
        )}
        <DetailsButton item={item} isOpen={isOpen} onToggle={() => setOpen(!isOpen)} />
        {isEditable && <Changes item={item} index={index} row={row} />}
      </span>
      {isOpen && <ItemDetails item={item} beamline={row.beamline} />}
    </li>
  );
}

interface GripProps {
  item: VisibleItem;
  index: number;
  count: number;
  onMove: (step: 1 | -1) => void;
}

function Grip({ item, index, count, onMove }: GripProps) {
  const onKeys = (event: KeyboardEvent) => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    onMove(step);
  };
  return (
    <button
      type="button"
      className="grip"
      aria-label={`Move ${item.plan}, place ${index + 1} of ${count}: arrow up or down`}
      onKeyDown={onKeys}
    >
      <Icon name="grip" />
    </button>
  );
}

interface ChangesProps {
  item: VisibleItem;
  index: number;
  row: Pick<PendingRowProps, "count" | "onMove" | "onDuplicate" | "onRemove">;
}

function Changes({ item, index, row }: ChangesProps) {
  return (
    <>
      {item.kind !== "queue_stop" && (
        <Link
          className="button button-quiet"
          to={`/acquire/${item.plan}?edit=${item.uid}`}
          aria-label={`Edit ${item.plan}`}
          title={`Edit ${item.plan}`}
        >
          <Icon name="edit" />
        </Link>
      )}
      <Button kind="quiet" icon="copy" label={`Duplicate ${item.plan}`} onClick={row.onDuplicate}>
        {""}
      </Button>
      <Button
        kind="quiet"
        icon="up"
        label={`Move ${item.plan} up`}
        disabled={index === 0}
        onClick={() => row.onMove(-1)}
      >
        {""}
      </Button>
      <Button
        kind="quiet"
        icon="down"
        label={`Move ${item.plan} down`}
        disabled={index === row.count - 1}
        onClick={() => row.onMove(1)}
      >
        {""}
      </Button>
      <Button kind="quiet" icon="trash" label={`Remove ${item.plan} from the queue`} onClick={row.onRemove}>
        {""}
      </Button>
    </>
  );
}
