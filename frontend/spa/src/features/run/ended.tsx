import { Link } from "react-router";
import { getItem } from "../../api/queue";
import { getTable, type RunDetail } from "../../api/runs";
import { figure, when } from "../../components/format";
import { Card, Code, Loading, Problem } from "../../components/parts";
import { useResource } from "../../live/resource";

/** A run that did not end well: why, what the devices read last, and how to run a copy. */
export function HowItEnded({ run }: { run: RunDetail }) {
  const itemUid = typeof run.start.item_uid === "string" ? run.start.item_uid : "";
  const item = useResource(itemUid ? `item:${itemUid}` : null, (signal) =>
    getItem(run.beamline, itemUid, signal),
  );
  const last = useResource(`last:${run.uid}`, (signal) => lastValues(run, signal));
  return (
    <Card
      title={run.exit_status === "abort" ? "This run was aborted" : "This run failed"}
      className="ended-card"
      actions={
        itemUid && (
          <Link className="button button-primary" to={`/acquire/${run.plan_name}?item=${itemUid}`}>
            Run a copy …
          </Link>
        )
      }
    >
      <p className="notice notice-bad">
        <bdi>{run.reason || "No reason was given."}</bdi>
      </p>
      <h3>
        Devices at that time <span className="muted">{when(run.stop_time)}</span>
      </h3>
      {last.isLoading && <Loading what="the last values" />}
      {last.error && <Problem error={last.error} onRetry={last.refresh} />}
      {last.data && (
        <dl className="metadata">
          {last.data.map(({ key, value, units, stream }) => (
            <div key={`${stream} ${key}`} className="fact">
              <dt>
                <bdi>{key}</bdi>
              </dt>
              <dd>
                {figure(value)} {units} {stream !== "primary" && <span className="muted">({stream})</span>}
              </dd>
            </div>
          ))}
          {last.data.length === 0 && <p className="empty">Nothing had been read.</p>}
        </dl>
      )}
      {item.data?.traceback && (
        <details className="history">
          <summary>Traceback</summary>
          <Code text={item.data.traceback} />
        </details>
      )}
    </Card>
  );
}

interface LastValue {
  key: string;
  value: unknown;
  units: string;
  stream: string;
}

/** What each stream read last, the measurement before what is beside it. */
async function lastValues(run: RunDetail, signal: AbortSignal): Promise<LastValue[]> {
  const streams = Object.entries(run.streams).filter(([, { num_events }]) => num_events > 0);
  streams.sort(([a], [b]) => Number(b === "primary") - Number(a === "primary"));
  const tables = await Promise.all(
    streams.map(([name, { num_events: count }]) =>
      getTable(run.uid, name, { start: count - 1, stop: count }, signal),
    ),
  );
  const seen = new Set<string>();
  return streams.flatMap(([stream, { columns }], index) =>
    columns.flatMap(({ key, units }) => {
      const value = tables[index]?.columns[key]?.at(-1);
      if (value === undefined || seen.has(key)) return [];
      seen.add(key);
      return [{ key, value, units: units ?? "", stream }];
    }),
  );
}
