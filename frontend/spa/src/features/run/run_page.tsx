import "../../styles/catalogue.css";
import { useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { runExportUrl } from "../../api/exports";
import { getRights } from "../../api/figures";
import { getRun, type RunDetail } from "../../api/runs";
import { may } from "../../bootstrap";
import { duration, plural, when } from "../../components/format";
import { Icon } from "../../components/icons";
import { Button, Card, Loading, Problem, StateBadge } from "../../components/parts";
import { useRun } from "../../live/hooks";
import { useResource } from "../../live/resource";
import { Page } from "../frame/page";
import { LiveTable } from "../live/live_table";
import { RunPlot, usePlotData } from "../live/run_plot";
import { AnnotationCards } from "./annotations";
import { withStream } from "./choice";
import { Documents } from "./documents";
import { HowItEnded } from "./ended";
import { Frames } from "./frames";
import { Metadata } from "./metadata";
import { Neighbours } from "./neighbours";
import { ReplayCard } from "./replay_card";
import { RunFigureView, useRunDrawing } from "./run_figure";
import { RunTable } from "./run_table";
import { Baseline, Configuration, RunConsole } from "./surroundings";
import { TakeAway } from "./take_away";

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
  const rights = useResource(`rights:${run.uid}`, (signal) => getRights(run.uid, signal));
  const [isReplayed, setReplayed] = useState(false);
  const can = (scope: string) => rights.data?.includes(scope) ?? false;
  const isBad = run.exit_status === "fail" || run.exit_status === "abort";
  const itemUid = typeof run.start.item_uid === "string" ? run.start.item_uid : "";
  return (
    <Page
      title={title}
      lead={<Lead run={run} />}
      actions={
        <>
          <Neighbours run={run} />
          <StateBadge state={run.exit_status} />
          {run.stop !== null && !isReplayed && (
            <Button icon="play" onClick={() => setReplayed(true)}>
              Replay
            </Button>
          )}
          {itemUid && !isBad && may("queue:write") && (
            <Link className="button button-plain" to={`/acquire/${run.plan_name}?item=${itemUid}`}>
              Run a copy …
            </Link>
          )}
        </>
      }
    >
      {isBad && <HowItEnded run={run} />}
      {run.reason && !isBad && (
        <p className="notice notice-warn">
          <bdi>{run.reason}</bdi>
        </p>
      )}
      <div className="run-layout">
        <div className="run-main">
          {isReplayed && <ReplayCard run={run} onClose={() => setReplayed(false)} />}
          {run.stop === null ? (
            <OpenRun run={run} onClosed={onClosed} />
          ) : (
            <ClosedRun run={run} canExport={can("run:export")} />
          )}
          <Baseline run={run} />
          <Configuration run={run} />
          <Metadata run={run} canChange={can("run:annotate")} />
          <RunConsole run={run} />
          <Documents run={run} />
        </div>
        <aside className="run-side" aria-label="Notes and files of this run">
          <TakeAway run={run} canExport={can("run:export")} />
          <AnnotationCards run={run} canChange={can("run:annotate")} />
        </aside>
      </div>
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

function ClosedRun({ run, canExport }: { run: RunDetail; canExport: boolean }) {
  const [search, setSearch] = useSearchParams();
  const streams = Object.keys(run.streams);
  const drawing = useRunDrawing(run);
  const stream = drawing.choice.stream || (drawing.drawn?.stream ?? "");
  return (
    <>
      <RunFigureView run={run} drawing={drawing} canExport={canExport} />
      <Frames run={run} />
      <RunTable
        key={stream}
        run={run}
        stream={stream}
        actions={
          <>
            {streams.length > 1 && (
              <label className="inline">
                Stream
                <select
                  value={stream}
                  onChange={(event) =>
                    setSearch(withStream(search, event.target.value), {
                      replace: true,
                      preventScrollReset: true,
                    })
                  }
                >
                  {streams.map((name) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
              </label>
            )}
            {canExport && (
              <>
                <Download href={runExportUrl(run.uid, "csv", { stream })}>CSV</Download>
                <Download href={runExportUrl(run.uid, "jsonl")}>JSONL</Download>
              </>
            )}
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
