import { useState } from "react";
import {
  clearQueue,
  holdQueue,
  type Mode,
  type Queue,
  setMode,
  startQueue,
  stopAfterItem,
} from "../../api/queue";
import { may } from "../../bootstrap";
import { plural } from "../../components/format";
import { Badge, Button, Dialog } from "../../components/parts";
import { ReasonDialog } from "../../components/reason_dialog";
import type { Act } from "./queue_state";

interface ControlsProps {
  beamline: string;
  queue: Queue;
  act: Act;
}

/** Whether the queue goes on; whoever may not change that reads it all the same. */
export function QueueControls({ beamline, queue, act }: ControlsProps) {
  const [asks, setAsks] = useState<"why" | "clear" | null>(null);
  const close = () => setAsks(null);
  const steers = may("engine:control");
  return (
    <>
      {queue.is_held ? (
        <Badge tone="warn">on hold{queue.hold_reason ? `: ${queue.hold_reason}` : ""}</Badge>
      ) : (
        <Badge tone="ok">started</Badge>
      )}
      {queue.stop_after_item && <Badge tone="warn">stops after this item</Badge>}
      {steers && queue.is_held && (
        <Button kind="primary" icon="play" onClick={() => void act(() => startQueue(beamline))}>
          Start queue
        </Button>
      )}
      {steers && !queue.is_held && (
        <Button icon="pause" onClick={() => void act(() => holdQueue(beamline, ""))}>
          Hold queue
        </Button>
      )}
      {steers && queue.is_held && <Button onClick={() => setAsks("why")}>Say why …</Button>}
      {steers && queue.running && (
        <Button onClick={() => void act(() => stopAfterItem(beamline, !queue.stop_after_item))}>
          {queue.stop_after_item ? "Go on after this item" : "Stop after this item"}
        </Button>
      )}
      {may("queue:write") && queue.items.length > 0 && (
        <Button icon="trash" onClick={() => setAsks("clear")}>
          Clear …
        </Button>
      )}
      {asks === "why" && (
        <ReasonDialog
          title="Why is the queue on hold?"
          hint="Shown to everybody at the beamline."
          confirm="Tell"
          required
          onClose={close}
          onConfirm={(reason) => void act(() => holdQueue(beamline, reason)).then(close)}
        >
          <p>What runs goes on to its end; nothing further starts until somebody starts the queue.</p>
        </ReasonDialog>
      )}
      {asks === "clear" && (
        <Dialog title={`Remove ${plural(queue.length, "waiting item")}?`} onClose={close}>
          <p>Only what you may change is removed. This cannot be undone.</p>
          <div className="dialog-actions">
            <Button onClick={close}>Cancel</Button>
            <Button kind="danger" onClick={() => void act(() => clearQueue(beamline)).then(close)}>
              Remove all
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

const MODES: [mode: Mode, text: string, effect: string][] = [
  ["loops", "Loop", "Each item that ends well is put at the back again."],
  ["ignores_failures", "Go on after failures", "An item that fails does not hold the queue."],
  ["holds_when_empty", "Hold when empty", "Nothing starts by itself once the queue has run dry."],
];

/** How the queue goes on: three switches, each with what it does; they turn at once, and back if refused. */
export function QueueModes({ beamline, queue, act }: ControlsProps) {
  const [asked, setAsked] = useState<{ of: Queue; on: Partial<Record<Mode, boolean>> }>({
    of: queue,
    on: {},
  });
  if (asked.of !== queue) setAsked({ of: queue, on: {} });
  if (!may("engine:control")) {
    const on = MODES.filter(([mode]) => queue[mode]).map(([, text]) => text.toLowerCase());
    return on.length > 0 ? <p className="muted">Switched on: {on.join(", ")}.</p> : null;
  }
  const turn = (mode: Mode, isOn: boolean) => {
    setAsked({ of: queue, on: { ...asked.on, [mode]: isOn } });
    void act(() => setMode(beamline, mode, isOn)).then((isDone) => {
      if (!isDone) setAsked({ of: queue, on: {} });
    });
  };
  return (
    <fieldset className="modes">
      <legend className="visually-hidden">How the queue goes on</legend>
      {MODES.map(([mode, text, effect]) => (
        <label key={mode} className="tick" title={effect}>
          <input
            type="checkbox"
            checked={asked.on[mode] ?? queue[mode]}
            onChange={(event) => turn(mode, event.target.checked)}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}
