import { useState } from "react";
import { Link } from "react-router";
import {
  duplicateItem,
  exportUrl,
  moveItem,
  moveItems,
  type Queue,
  removeItem,
  removeItems,
  reviewItem,
  type Verdict,
  type VisibleItem,
} from "../../api/queue";
import { may } from "../../bootstrap";
import { plural } from "../../components/format";
import { Button, Card, Dialog, Empty } from "../../components/parts";
import { ReasonDialog } from "../../components/reason_dialog";
import { startsIn, startText, totalText } from "./forecast";
import { placeAt, stillWaiting, toggled } from "./order";
import { PendingRow } from "./pending_row";
import { QueueModes } from "./queue_controls";
import { type Act, useAge } from "./queue_state";

interface PendingProps {
  beamline: string;
  queue: Queue;
  act: Act;
  isBusy: boolean;
}

/** What waits: in order, with when each item begins; one or several are moved, removed, judged. */
export function Pending({ beamline, queue, act, isBusy }: PendingProps) {
  const [dragged, setDragged] = useState<number | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [judged, setJudged] = useState<{ item: VisibleItem; verdict: Verdict } | null>(null);
  const { now, ageS } = useAge(queue);
  const { items } = queue;
  const starts = startsIn(queue, ageS);
  const marked = stillWaiting(items, chosen);
  const move = (from: number, target: number) => {
    const item = items[from];
    if (!item || item.hidden || target < 0 || target >= items.length || target === from || isBusy) return;
    const place = placeAt(items, from, target);
    const isOfMarked = marked.length > 1 && marked.includes(item.uid);
    const isOntoMarked = ["before", "after"].some((side) => marked.includes(String(Object(place)[side])));
    if (isOfMarked && isOntoMarked) return;
    void act(() => (isOfMarked ? moveItems(beamline, marked, place) : moveItem(beamline, item.uid, place)));
  };
  return (
    <Card
      title={`Waiting (${queue.length})`}
      actions={
        <>
          <span className="muted" data-testid="queue-eta">
            {totalText(queue, ageS, now)}
          </span>
          {items.length > 0 && <TakeAway beamline={beamline} />}
        </>
      }
    >
      <QueueModes beamline={beamline} queue={queue} act={act} />
      {marked.length > 0 && (
        <Marked
          beamline={beamline}
          uids={marked}
          act={async (what) => {
            const isDone = await act(what);
            if (isDone) setChosen(new Set());
            return isDone;
          }}
        />
      )}
      {items.length === 0 ? (
        <Empty>
          Nothing waits. <Link to="/acquire">Choose a plan</Link>
        </Empty>
      ) : (
        <ol className="pending" aria-label="Waiting items, first to run first">
          {items.map((item, index) => (
            <PendingRow
              key={item.hidden ? `hidden-${index}` : item.uid}
              beamline={beamline}
              item={item}
              index={index}
              count={items.length}
              starts={
                item.hidden
                  ? ""
                  : startText(item, { inS: starts[index], isFirst: index === 0, isHeld: queue.is_held, now })
              }
              isEditable={may("queue:write")}
              isJudge={may("queue:approve")}
              isDragged={dragged === index}
              isChosen={!item.hidden && chosen.has(item.uid)}
              onChoose={() => !item.hidden && setChosen(toggled(chosen, item.uid))}
              onDragged={setDragged}
              onDrop={(target) => dragged !== null && move(dragged, target)}
              onMove={(step) => move(index, index + step)}
              onDuplicate={() => !item.hidden && void act(() => duplicateItem(beamline, item.uid))}
              onJudge={(verdict) => !item.hidden && setJudged({ item, verdict })}
              onRemove={() => !item.hidden && void act(() => removeItem(beamline, item.uid))}
            />
          ))}
        </ol>
      )}
      {queue.length > items.length && <p className="muted">and {queue.length - items.length} more</p>}
      {judged && (
        <Judgement
          {...judged}
          onClose={() => setJudged(null)}
          onConfirm={(reason) => {
            const { item, verdict } = judged;
            setJudged(null);
            void act(() => reviewItem(beamline, item.uid, verdict, reason));
          }}
        />
      )}
    </Card>
  );
}

function TakeAway({ beamline }: { beamline: string }) {
  return (
    <>
      <span className="muted">Take away:</span>
      <a href={exportUrl(beamline, "json")}>JSON</a>
      <a href={exportUrl(beamline, "python")}>Python</a>
    </>
  );
}

function Marked({ beamline, uids, act }: { beamline: string; uids: string[]; act: Act }) {
  const [asks, setAsks] = useState(false);
  const close = () => setAsks(false);
  const several = plural(uids.length, "item");
  return (
    <section className="marked" aria-label="Chosen items">
      <span>{several} chosen</span>
      <Button icon="up" onClick={() => void act(() => moveItems(beamline, uids, { position: "front" }))}>
        To the front
      </Button>
      <Button icon="down" onClick={() => void act(() => moveItems(beamline, uids, { position: "back" }))}>
        To the back
      </Button>
      <Button icon="trash" onClick={() => setAsks(true)}>
        Remove …
      </Button>
      {asks && (
        <Dialog title={`Remove ${several}?`} onClose={close}>
          <p>This cannot be undone.</p>
          <div className="dialog-actions">
            <Button onClick={close}>Cancel</Button>
            <Button kind="danger" onClick={() => void act(() => removeItems(beamline, uids)).then(close)}>
              Remove {several}
            </Button>
          </div>
        </Dialog>
      )}
    </section>
  );
}

interface JudgementProps {
  item: VisibleItem;
  verdict: Verdict;
  onClose: () => void;
  onConfirm: (reason: string) => void;
}

function Judgement({ item, verdict, onClose, onConfirm }: JudgementProps) {
  const isYes = verdict === "approve";
  return (
    <ReasonDialog
      title={`${isYes ? "Approve" : "Deny"} ${item.plan} of ${item.submitted_by}?`}
      hint={`${item.submitted_by} sees it with the item, and it is kept in the audit log.`}
      confirm={isYes ? "Approve" : "Deny"}
      kind={isYes ? "primary" : "danger"}
      required={!isYes}
      onClose={onClose}
      onConfirm={onConfirm}
    >
      <p>{isYes ? "It runs when its turn comes." : "It leaves the queue and does not run."}</p>
    </ReasonDialog>
  );
}
