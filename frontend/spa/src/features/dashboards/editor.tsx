import { useState } from "react";
import type { Dashboard, Widget, WidgetKind } from "../../api/dashboards";
import { Button, Card, Field, Problem, useAction } from "../../components/parts";
import { useValues } from "../devices/values";

const KINDS: [WidgetKind, string][] = [
  ["value", "value of a device"],
  ["trend", "trend of a device"],
  ["plot", "plot of the current run"],
  ["image", "newest frame"],
  ["engine", "state of the beamline"],
  ["queue", "head of the queue"],
  ["text", "text"],
];
const OF_DEVICE: WidgetKind[] = ["value", "trend"];

interface BoardEditorProps {
  beamline: string;
  board: Dashboard;
  onSave: (board: { title: string; widgets: Widget[] }) => Promise<void>;
  onClose: () => void;
  onRemove?: (() => void) | undefined;
}

/** Title and widgets of a board as a list: add, order, widen, remove. */
export function BoardEditor({ beamline, board, onSave, onClose, onRemove }: BoardEditorProps) {
  const [title, setTitle] = useState(board.title);
  const [widgets, setWidgets] = useState<Widget[]>(board.widgets);
  const action = useAction();
  const names = Object.keys(useValues(beamline).values);
  const change = (index: number, part: Partial<Widget>) =>
    setWidgets(widgets.map((one, place) => (place === index ? { ...one, ...part } : one)));
  const move = (index: number, by: number) => {
    const next = [...widgets];
    const [taken] = next.splice(index, 1);
    if (taken) next.splice(index + by, 0, taken);
    setWidgets(next);
  };
  return (
    <Card title="Edit the board" className="board-editor">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void action.run(() => onSave({ title, widgets }));
        }}
      >
        <Field label="Title" required>
          {(ids) => (
            <input
              {...ids}
              value={title}
              required
              maxLength={200}
              onChange={(event) => setTitle(event.target.value)}
            />
          )}
        </Field>
        <ol className="board-widgets">
          {widgets.map((widget, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a place in the list is all that a widget is known by
            <li key={index}>
              <WidgetRow
                widget={widget}
                place={index + 1}
                names={names}
                isFirst={index === 0}
                isLast={index === widgets.length - 1}
                onChange={(part) => change(index, part)}
                onMove={(by) => move(index, by)}
                onRemove={() => setWidgets(widgets.filter((_, place) => place !== index))}
              />
            </li>
          ))}
        </ol>
        <Button
          icon="plus"
          onClick={() => setWidgets([...widgets, { kind: "value", device: names[0] ?? "", width: 1 }])}
        >
          Add a widget
        </Button>
        {action.error && <Problem error={action.error} />}
        <div className="dialog-actions">
          {onRemove && (
            <Button kind="danger" onClick={onRemove}>
              {board.slug === "status" ? "Back to the standard board" : "Remove the board"}
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.isBusy}>
            Save the board
          </Button>
        </div>
      </form>
    </Card>
  );
}

interface WidgetRowProps {
  widget: Widget;
  place: number;
  names: string[];
  isFirst: boolean;
  isLast: boolean;
  onChange: (part: Partial<Widget>) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

function WidgetRow({ widget, place, names, isFirst, isLast, onChange, onMove, onRemove }: WidgetRowProps) {
  return (
    <>
      <select
        aria-label={`Kind of widget ${place}`}
        value={widget.kind}
        onChange={(event) => {
          const kind = event.target.value as WidgetKind;
          onChange({ kind, device: OF_DEVICE.includes(kind) ? widget.device || names[0] || "" : "" });
        }}
      >
        {KINDS.map(([kind, text]) => (
          <option key={kind} value={kind}>
            {text}
          </option>
        ))}
      </select>
      {OF_DEVICE.includes(widget.kind) && (
        <select
          aria-label={`Device of widget ${place}`}
          value={widget.device ?? ""}
          onChange={(event) => onChange({ device: event.target.value })}
        >
          {[...new Set([widget.device ?? "", ...names])].map((name) => (
            <option key={name} value={name}>
              {name || "choose"}
            </option>
          ))}
        </select>
      )}
      {widget.kind === "text" && (
        <input
          aria-label={`Text of widget ${place}`}
          value={widget.text ?? ""}
          maxLength={4000}
          onChange={(event) => onChange({ text: event.target.value })}
        />
      )}
      <input
        aria-label={`Title of widget ${place}`}
        placeholder="title"
        value={widget.title ?? ""}
        maxLength={100}
        onChange={(event) => onChange({ title: event.target.value })}
      />
      <select
        aria-label={`Width of widget ${place}`}
        value={widget.width ?? 1}
        onChange={(event) => onChange({ width: Number(event.target.value) })}
      >
        {[1, 2, 3, 4].map((width) => (
          <option key={width} value={width}>
            {width} of 4 wide
          </option>
        ))}
      </select>
      <Button
        kind="quiet"
        icon="up"
        label={`Widget ${place} earlier`}
        disabled={isFirst}
        onClick={() => onMove(-1)}
      >
        {""}
      </Button>
      <Button
        kind="quiet"
        icon="down"
        label={`Widget ${place} later`}
        disabled={isLast}
        onClick={() => onMove(1)}
      >
        {""}
      </Button>
      <Button kind="quiet" icon="trash" label={`Remove widget ${place}`} onClick={onRemove}>
        {""}
      </Button>
    </>
  );
}
