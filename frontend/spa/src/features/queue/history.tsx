import { useState } from "react";
import { Link } from "react-router";
import { addItem, getHistory, type VisibleItem } from "../../api/queue";
import { may } from "../../bootstrap";
import { parametersLine, when } from "../../components/format";
import { Button, Card, Empty, Problem, StateBadge, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { DetailsButton, ItemDetails } from "./item_details";

/** Finished items, newest first, page by page. */
export function History({ beamline, version }: { beamline: string; version: number }) {
  const [cursors, setCursors] = useState<string[]>([""]);
  const cursor = cursors.at(-1) ?? "";
  const page = useResource(`history:${beamline}:${cursor}:${cursor ? "" : version}`, (signal) =>
    getHistory(beamline, cursor, signal),
  );
  const action = useAction();
  const [added, setAdded] = useState("");
  const again = async (item: VisibleItem) => {
    setAdded("");
    const { plan, parameters, proposal, metadata } = item;
    const copy = { plan, parameters, proposal, ...(metadata && { metadata }) };
    if (await action.run(() => addItem(beamline, copy))) setAdded(`${plan} was added to the queue again.`);
  };
  const rows = page.data?.results ?? [];
  const next = page.data?.next;
  return (
    <Card title="History">
      {page.error && <Problem error={page.error} onRetry={page.refresh} />}
      {action.error && <Problem error={action.error} />}
      <p role="status" className="done">
        {added}
      </p>
      {page.data && rows.length === 0 && <Empty>Nothing has finished yet.</Empty>}
      <ol className="pending">
        {rows.map((item) => (
          <HistoryRow key={item.uid} item={item} isBusy={action.isBusy} onAgain={() => void again(item)} />
        ))}
      </ol>
      {(next || cursors.length > 1) && (
        <div className="pager">
          <Button disabled={cursors.length < 2} onClick={() => setCursors(cursors.slice(0, -1))}>
            Newer
          </Button>
          <Button disabled={!next} onClick={() => next && setCursors([...cursors, next])}>
            Older
          </Button>
        </div>
      )}
    </Card>
  );
}

interface HistoryRowProps {
  item: VisibleItem;
  isBusy: boolean;
  onAgain: () => void;
}

function HistoryRow({ item, isBusy, onAgain }: HistoryRowProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li className="pending-row">
      <StateBadge state={item.state} />
      <span className="pending-what">
        <strong>{item.plan}</strong>
        <span className="muted line-rest">{item.reason || parametersLine(item.parameters)}</span>
      </span>
      <span className="muted pending-who">
        {item.submitted_by} · {item.proposal} · {when(item.finished_at)}
      </span>
      <span className="pending-actions">
        {item.run_uids.map((uid, index) => (
          <Link key={uid} className="button button-quiet" to={`/runs/${uid}`}>
            Run{item.run_uids.length > 1 ? ` ${index + 1}` : ""}
          </Link>
        ))}
        <DetailsButton item={item} isOpen={isOpen} onToggle={() => setOpen(!isOpen)} />
        <Link
          className="button button-quiet"
          to={`/acquire/${item.plan}?item=${item.uid}`}
          title="Open the form filled in like this"
        >
          Copy
        </Link>
        {may("queue:write") && (
          <Button
            kind="quiet"
            disabled={isBusy}
            title="Put the same at the end of the queue"
            onClick={onAgain}
          >
            Run again
          </Button>
        )}
      </span>
      {isOpen && <ItemDetails item={item} />}
    </li>
  );
}
