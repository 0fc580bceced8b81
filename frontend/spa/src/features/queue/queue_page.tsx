import { useState } from "react";
import { Link } from "react-router";
import {
  clearQueue,
  holdQueue,
  moveItem,
  type Place,
  type Queue,
  type QueueItem,
  removeItem,
  startQueue,
} from "../../api/queue";
import { may } from "../../bootstrap";
import { duration, parametersLine, plural, when } from "../../components/format";
import {
  Badge,
  Button,
  Card,
  Dialog,
  Empty,
  Field,
  Loading,
  Problem,
  useAction,
} from "../../components/parts";
import { useBeamline } from "../../live/store";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { History } from "./history";
import { PendingRow } from "./pending_row";
import { useQueue } from "./queue_state";

export default function QueuePage() {
  return withBeamline("Queue", (beamline) => <QueueOf beamline={beamline.name} />);
}

/** Where an item goes to stand at `target` of the list. */
export function placeAt(items: QueueItem[], from: number, target: number): Place {
  const neighbour = items[target];
  if (neighbour && !neighbour.hidden) {
    return target < from ? { before: neighbour.uid } : { after: neighbour.uid };
  }
  return { position: target };
}

function QueueOf({ beamline }: { beamline: string }) {
  const queue = useQueue(beamline);
  const action = useAction();
  const act = async (what: () => Promise<unknown>) => {
    const isDone = await action.run(what);
    queue.refresh();
    return isDone;
  };
  const { data } = queue;
  return (
    <Page
      title="Queue"
      actions={data && may("queue:write") && <Controls beamline={beamline} queue={data} act={act} />}
    >
      {queue.error && <Problem error={queue.error} onRetry={queue.refresh} />}
      {action.error && <Problem error={action.error} />}
      {queue.isLoading && <Loading what="the queue" />}
      {data && (
        <>
          <Running item={data.running} />
          <Pending beamline={beamline} queue={data} act={act} isBusy={action.isBusy} />
        </>
      )}
      <History beamline={beamline} version={data?.version ?? 0} />
    </Page>
  );
}

type Act = (what: () => Promise<unknown>) => Promise<boolean>;

function Controls({ beamline, queue, act }: { beamline: string; queue: Queue; act: Act }) {
  const [asks, setAsks] = useState<"hold" | "clear" | null>(null);
  const [reason, setReason] = useState("");
  const close = () => setAsks(null);
  return (
    <>
      {queue.is_held ? (
        <>
          <Badge tone="warn">on hold{queue.hold_reason ? `: ${queue.hold_reason}` : ""}</Badge>
          <Button kind="primary" icon="play" onClick={() => void act(() => startQueue(beamline))}>
            Start queue
          </Button>
        </>
      ) : (
        <>
          <Badge tone="ok">started</Badge>
          <Button icon="pause" onClick={() => setAsks("hold")}>
            Hold queue …
          </Button>
        </>
      )}
      {queue.items.length > 0 && (
        <Button icon="trash" onClick={() => setAsks("clear")}>
          Clear …
        </Button>
      )}
      {asks === "hold" && (
        <Dialog title="Hold the queue?" onClose={close}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void act(() => holdQueue(beamline, reason)).then(close);
            }}
          >
            <p>What runs now goes on to its end; nothing further starts.</p>
            <Field label="Reason" hint="Shown to everybody at the beamline.">
              {(ids) => (
                <input
                  {...ids}
                  value={reason}
                  maxLength={200}
                  onChange={(event) => setReason(event.target.value)}
                />
              )}
            </Field>
            <div className="dialog-actions">
              <Button onClick={close}>Cancel</Button>
              <Button kind="primary" type="submit">
                Hold queue
              </Button>
            </div>
          </form>
        </Dialog>
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

function Running({ item }: { item: QueueItem | null }) {
  const { status } = useBeamline();
  const left =
    item && !item.hidden && status?.item?.uid === item.uid ? (status.progress?.eta_s ?? null) : null;
  return (
    <Card title="Running">
      {!item && <Empty>Nothing runs.</Empty>}
      {item?.hidden && <p className="muted">An item of another proposal runs.</p>}
      {item && !item.hidden && (
        <p className="running">
          <Badge tone="info">running</Badge> <strong>{item.plan}</strong>
          <span className="muted line-rest">{parametersLine(item.parameters)}</span>
          <span className="muted">
            {item.submitted_by} · {item.proposal} · since {when(item.started_at)}
            {left !== null && ` · ${duration(left)} left`}
          </span>
          <Link to="/live">Watch</Link>
        </p>
      )}
    </Card>
  );
}

interface PendingProps {
  beamline: string;
  queue: Queue;
  act: Act;
  isBusy: boolean;
}

function Pending({ beamline, queue, act, isBusy }: PendingProps) {
  const [dragged, setDragged] = useState<number | null>(null);
  const { items } = queue;
  const move = (from: number, target: number) => {
    const item = items[from];
    if (!item || item.hidden || target < 0 || target >= items.length || target === from || isBusy) return;
    void act(() => moveItem(beamline, item.uid, placeAt(items, from, target)));
  };
  return (
    <Card title={`Waiting (${queue.length})`}>
      {items.length === 0 ? (
        <Empty>
          Nothing waits. <Link to="/acquire">Choose a plan</Link>
        </Empty>
      ) : (
        <ol className="pending" aria-label="Waiting items, first to run first">
          {items.map((item, index) => (
            <PendingRow
              key={item.hidden ? `hidden-${index}` : item.uid}
              item={item}
              index={index}
              count={items.length}
              isEditable={may("queue:write")}
              isDragged={dragged === index}
              onDragged={setDragged}
              onDrop={(target) => dragged !== null && move(dragged, target)}
              onMove={(step) => move(index, index + step)}
              onRemove={() => !item.hidden && void act(() => removeItem(beamline, item.uid))}
            />
          ))}
        </ol>
      )}
      {queue.length > items.length && <p className="muted">and {queue.length - items.length} more</p>}
    </Card>
  );
}
