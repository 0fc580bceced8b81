import { useState } from "react";
import { Link, useParams } from "react-router";
import { exportUrl, getRun, type RunDetail } from "../../api/runs";
import { duration, plural, when } from "../../components/format";
import { Icon } from "../../components/icons";
import { Card, Loading, Problem, StateBadge } from "../../components/parts";
import { useRun } from "../../live/hooks";
import { useResource } from "../../live/resource";
import { Page } from "../frame/page";
import { LiveTable } from "../live/live_table";
import { RunPlot, usePlotData } from "../live/run_plot";
import { Documents } from "./documents";
import { Frames } from "./frames";
import { Metadata } from "./metadata";
import { RunFigureView } from "./run_figure";
import { RunTable } from "./run_table";

export default function RunPage() {
  const { uid = "" } = useParams();
  const run = useResource(`run:${uid}`, (signal) => getRun(uid, signal));
  if (!run.data) {
    return (
      <Page title="Run">
        {run.error ? <Problem error={run.error} onRetry={run.refresh} /> : <Loading what="the run" />}
      </Page>
    );
  }
  return <Run key={run.data.uid} run={run.data} onClosed={run.refresh} />;
}

function Run({ run, onClosed }: { run: RunDetail; onClosed: () => void }) {
  const title = `${run.plan_name}, scan ${run.scan_id ?? run.uid.slice(0, 8)}`;
  return (
    <Page title={title} lead={<Lead run={run} />} actions={<StateBadge state={run.exit_status} />}>
      {run.reason && <p className="notice notice-warn">{run.reason}</p>}
      {run.stop === null ? <OpenRun run={run} onClosed={onClosed} /> : <ClosedRun run={run} />}
      <Frames run={run} />
      <Metadata run={run} />
      <Documents run={run} />
    </Page>
  );
}

function Lead({ run }: { run: RunDetail }) {
  const took = run.stop_time === null ? "" : ` · took ${duration(run.stop_time - run.time)}`;
  return (
    <>
      {when(run.time)}
      {took} · {plural(run.num_events.primary ?? 0, "point")} · {run.username || "unknown"} ·{" "}
      {run.proposal ? (
        <Link to={`/runs?proposal=${encodeURIComponent(run.proposal)}`}>{run.proposal}</Link>
      ) : (
        "no proposal"
      )}
      {run.sample ? ` · ${run.sample}` : ""}
    </>
  );
}

/** While the run is open its line is drawn live; when it closes the finished figure takes its place. */
function OpenRun({ run, onClosed }: { run: RunDetail; onClosed: () => void }) {
  const feed = useRun(run.uid);
  const [isTold, setTold] = useState(false);
  const plot = usePlotData(feed?.buffer ?? null, feed?.version ?? 0);
  if (feed?.buffer.stop && !isTold) {
    setTold(true);
    queueMicrotask(onClosed);
  }
  return (
    <>
      <Card title="Live" className="live-plot-card">
        <RunPlot plot={plot} version={feed?.version ?? 0} />
      </Card>
      {feed && <LiveTable run={feed.buffer} version={feed.version} />}
    </>
  );
}

function ClosedRun({ run }: { run: RunDetail }) {
  const streams = Object.keys(run.streams);
  const [stream, setStream] = useState(streams.includes("primary") ? "primary" : (streams[0] ?? ""));
  return (
    <>
      <RunFigureView run={run} stream={stream} />
      <RunTable
        run={run}
        stream={stream}
        actions={
          <>
            {streams.length > 1 && (
              <label className="inline">
                Stream
                <select value={stream} onChange={(event) => setStream(event.target.value)}>
                  {streams.map((name) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
              </label>
            )}
            <Download href={exportUrl(run.uid, "csv", stream)}>CSV</Download>
            <Download href={exportUrl(run.uid, "jsonl")}>JSONL</Download>
          </>
        }
      />
    </>
  );
}

function Download({ href, children }: { href: string; children: string }) {
  return (
    <a className="button button-plain" href={href} download>
      <Icon name="download" />
      {children}
    </a>
  );
}
