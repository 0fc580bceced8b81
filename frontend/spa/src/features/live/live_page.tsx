import { useState } from "react";
import { Link } from "react-router";
import { duration, figure, when } from "../../components/format";
import { Card, Empty, Loading, Problem, StateBadge } from "../../components/parts";
import { useRun } from "../../live/hooks";
import type { PeakStatistics } from "../../live/peak";
import type { RunBuffer } from "../../live/run_buffer";
import { mainStream, streamNames } from "../../live/streams";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { useCurrentRun } from "./follow";
import { LiveTable } from "./live_table";
import { RunPlot, titleOf, usePlotData } from "./run_plot";

export default function LivePage() {
  return withBeamline("Live", (beamline) => <LiveRun beamline={beamline.name} />);
}

function LiveRun({ beamline }: { beamline: string }) {
  const current = useCurrentRun(beamline);
  const feed = useRun(current.uid);
  const [pick, setPick] = useState<{ uid: string; stream: string } | null>(null);
  const picked = pick && pick.uid === current.uid ? pick.stream : null;
  const plot = usePlotData(feed?.buffer ?? null, feed?.version ?? 0, picked);
  if (!feed) {
    return (
      <Page title="Live">
        {current.isLoading ? (
          <Loading what="the current run" />
        ) : (
          <Empty>
            Nothing has run here yet. <Link to="/acquire">Choose a plan</Link> and run it; its plot opens
            here.
          </Empty>
        )}
      </Page>
    );
  }
  const run = feed.buffer;
  const isOver = run.stop !== null;
  return (
    <Page
      title="Live"
      lead={run.start ? <Title run={run} /> : null}
      actions={
        <>
          {run.start && <StateBadge state={isOver ? String(run.stop?.exit_status ?? "") : "running"} />}
          <Link className="button button-plain" to={`/runs/${run.uid}`}>
            Open the run
          </Link>
        </>
      }
    >
      {feed.failure && <Problem error={new Error(feed.failure)} />}
      <div className="live-grid">
        <Card
          title={titleOf(plot)}
          className="live-plot-card"
          actions={
            <StreamPicker
              names={streamNames(run)}
              shown={plot?.stream ?? ""}
              onPick={(stream) => setPick({ uid: run.uid, stream })}
            />
          }
        >
          <RunPlot plot={plot} version={feed.version} />
        </Card>
        <div className="live-side">
          <Facts run={run} />
          {!plot?.grid && <Peak peak={plot?.peak ?? null} name={plot?.axes.y[0] ?? ""} />}
        </div>
        <LiveTable run={run} version={feed.version} picked={picked} />
      </div>
    </Page>
  );
}

function Title({ run }: { run: RunBuffer }) {
  const start = run.start ?? {};
  return (
    <>
      <strong>{String(start.plan_name ?? "run")}</strong> · scan {String(start.scan_id ?? "–")} · started{" "}
      {when(Number(start.time))}
    </>
  );
}

interface StreamPickerProps {
  names: string[];
  shown: string;
  onPick: (name: string) => void;
}

/** Which stream is plotted and listed, where there is a choice. */
function StreamPicker({ names, shown, onPick }: StreamPickerProps) {
  if (names.length < 2) return null;
  return (
    <label className="inline">
      Stream
      <select aria-label="Stream" value={shown} onChange={(event) => onPick(event.target.value)}>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}

function Facts({ run }: { run: RunBuffer }) {
  const stream = mainStream(run);
  const start = Number(run.start?.time ?? Number.NaN);
  const newest = Math.max(...[...run.streams.values()].map(({ time }) => time.at(-1) ?? start));
  const end = Number(run.stop?.time ?? newest);
  const reason = String(run.stop?.reason ?? "");
  return (
    <Card title="Run">
      <dl className="facts">
        <dt>Points</dt>
        <dd data-testid="live-points">{stream?.seqNum.length ?? 0}</dd>
        <dt>{run.stop ? "Took" : "Runs for"}</dt>
        <dd>{duration(end - start)}</dd>
        <dt>Streams</dt>
        <dd>
          {[...run.streams.values()].map(({ name, seqNum }) => `${name} ${seqNum.length}`).join(", ") || "–"}
        </dd>
        {reason && (
          <>
            <dt>Reason</dt>
            <dd>{reason}</dd>
          </>
        )}
      </dl>
    </Card>
  );
}

function Peak({ peak, name }: { peak: PeakStatistics | null; name: string }) {
  if (!peak) {
    return (
      <Card title="Peak">
        <Empty>Shown when a signal rises over a motor.</Empty>
      </Card>
    );
  }
  return (
    <Card title={`Peak of ${name}`}>
      <dl className="facts">
        <dt>Centre</dt>
        <dd>{figure(peak.centre)}</dd>
        <dt>FWHM</dt>
        <dd>{figure(peak.fwhm)}</dd>
        <dt>Maximum</dt>
        <dd>
          {figure(peak.maxY)} at {figure(peak.maxX)}
        </dd>
        <dt>Centre of mass</dt>
        <dd>{figure(peak.centreOfMass)}</dd>
      </dl>
    </Card>
  );
}
