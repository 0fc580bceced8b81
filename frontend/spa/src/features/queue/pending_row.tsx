import { type KeyboardEvent, useState } from "react";
import { Link } from "react-router";
import type { QueueItem } from "../../api/queue";
import { parametersLine } from "../../components/format";
import { Icon } from "../../components/icons";
import { Button } from "../../components/parts";
import { DetailsButton, ItemDetails } from "./item_details";

interface PendingRowProps {
  item: QueueItem;
  index: number;
  count: number;
  isEditable: boolean;
  isDragged: boolean;
  onDragged: (index: number | null) => void;
  onDrop: (target: number) => void;
  onMove: (step: 1 | -1) => void;
  onRemove: () => void;
}

/** One waiting item: moved by dragging, by its buttons, or by the arrow keys on its grip. */
export function PendingRow({ item, index, count, isEditable, isDragged, ...on }: PendingRowProps) {
  const [isOpen, setOpen] = useState(false);
  if (item.hidden) {
    return (
      <li className="pending-row">
        <span className="pending-place">{index + 1}</span>
        <span className="muted">an item of another proposal</span>
      </li>
    );
  }
  const onKeys = (event: KeyboardEvent) => {
    const step = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if (step === 0) return;
    event.preventDefault();
    on.onMove(step);
  };
  return (
    <li
      className={isDragged ? "pending-row is-dragged" : "pending-row"}
      draggable={isEditable}
      onDragStart={(event) => {
        event.dataTransfer.effectAllowed = "move";
        on.onDragged(index);
      }}
      onDragEnd={() => on.onDragged(null)}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        on.onDrop(index);
        on.onDragged(null);
      }}
    >
      {isEditable && (
        <button
          type="button"
          className="grip"
          aria-label={`Move ${item.plan}, place ${index + 1} of ${count}: arrow up or down`}
          onKeyDown={onKeys}
        >
          <Icon name="grip" />
        </button>
      )}
      <span className="pending-place">{index + 1}</span>
      <span className="pending-what">
        <strong>{item.plan}</strong>
        <span className="muted line-rest">{parametersLine(item.parameters)}</span>
      </span>
      <span className="muted pending-who">
        {item.submitted_by} · {item.proposal}
      </span>
      <span className="pending-actions">
        <DetailsButton item={item} isOpen={isOpen} onToggle={() => setOpen(!isOpen)} />
        <Link className="button button-quiet" to={`/acquire/${item.plan}?item=${item.uid}`}>
          Copy
        </Link>
        {isEditable && (
          <>
            <Button
              kind="quiet"
              icon="up"
              label={`Move ${item.plan} up`}
              disabled={index === 0}
              onClick={() => on.onMove(-1)}
            >
              {""}
            </Button>
            <Button
              kind="quiet"
              icon="down"
              label={`Move ${item.plan} down`}
              disabled={index === count - 1}
              onClick={() => on.onMove(1)}
            >
              {""}
            </Button>
            <Button
              kind="quiet"
              icon="trash"
              label={`Remove ${item.plan} from the queue`}
              onClick={on.onRemove}
            >
              {""}
            </Button>
          </>
        )}
      </span>
      {isOpen && <ItemDetails item={item} />}
    </li>
  );
}
