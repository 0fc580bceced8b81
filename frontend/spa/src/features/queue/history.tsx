import { useState } from "react";
import { Link } from "react-router";
import { getHistory, type VisibleItem } from "../../api/queue";
import { parametersLine, when } from "../../components/format";
import { Button, Card, Empty, Problem, StateBadge } from "../../components/parts";
import { useResource } from "../../live/resource";

/** Finished items, newest first, page by page. */
export function History({ beamline, version }: { beamline: string; version: number }) {
  const [cursors, setCursors] = useState<string[]>([""]);
  const cursor = cursors.at(-1) ?? "";
  const page = useResource(`history:${beamline}:${cursor}:${cursor ? "" : version}`, (signal) =>
    getHistory(beamline, cursor, signal),
  );
  const rows = page.data?.results ?? [];
  const next = page.data?.next;
  return (
    <Card title="History">
      {page.error && <Problem error={page.error} onRetry={page.refresh} />}
      {page.data && rows.length === 0 && <Empty>Nothing has finished yet.</Empty>}
      <ol className="pending">
        {rows.map((item) => (
          <HistoryRow key={item.uid} item={item} />
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

function HistoryRow({ item }: { item: VisibleItem }) {
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
        <Link className="button button-quiet" to={`/acquire/${item.plan}?item=${item.uid}`}>
          Copy
        </Link>
      </span>
    </li>
  );
}
