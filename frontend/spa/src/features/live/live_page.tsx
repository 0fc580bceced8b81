import { Fragment, useEffect, useState } from "react";
import { Link } from "react-router";
import { duration, when } from "../../components/format";
import { Badge, Button, Card, Empty, Loading, Problem, StateBadge } from "../../components/parts";
import { AS_HINTED } from "../../live/drawing";
import { frameFields } from "../../live/frames";
import type { Grid } from "../../live/grid";
import { useRun } from "../../live/hooks";
import { useNow } from "../../live/now";
import type { PlotData } from "../../live/plot_data";
import { motorOf, placesOf, positionsOf } from "../../live/positions";
import type { RunBuffer } from "../../live/run_buffer";
import type { RunFeed } from "../../live/run_feed";
import { useBeamline } from "../../live/store";
import { mainStream, pointsOf, streamNames } from "../../live/streams";
import { withBeamline } from "../frame/beamline_gate";
import { shownState } from "../frame/engine_state";
import { Page } from "../frame/page";
import { DrawingControls } from "./drawing_controls";
import { FinishedFigure } from "./finished_figure";
import { useCurrentRun } from "./follow";
import { FrameCard } from "./frame_card";
import { GoToPeak } from "./go_to_peak";
import { LiveTable } from "./live_table";
import { MapPeakCard } from "./map_peak";
import { PeakCard } from "./peak_card";
import { useRunBefore } from "./run_before";
import { RunPlot, titleOf, usePlotData } from "./run_plot";
import { type FitWish, useFit, wishAlong } from "./use_fit";

export default function LivePage() {
  return withBeamline("Live", (beamline) => <LiveRun key={beamline.name} beamline={beamline.name} />);
}

/** Gives the newest run of which something is known; until then the one before it keeps its place. */
function useKnown(feed: RunFeed | null): RunFeed | null {
  const [known, setKnown] = useState<RunFeed | null>(null);
  const isKnown = Boolean(feed?.buffer.start ?? feed?.failure);
  if (isKnown && feed !== known) setKnown(feed);
  return known;
}

function LiveRun({ beamline }: { beamline: string }) {
  const current = useCurrentRun(beamline);
  const feed = useRun(current.uid);
  const known = useKnown(feed);
  if (known) return <FollowedRun beamline={beamline} feed={known} />;
  return (
    <Page title="Live">
      {current.isLoading || feed ? (
        <Loading what="the current run" />
      ) : (
        <Empty>
          Nothing has run here yet. <Link to="/acquire">Choose a plan</Link> and run it; its plot opens here.
        </Empty>
      )}
    </Page>
  );
}

/** One run after the other on the same page: what was chosen to be drawn stays chosen. */
function FollowedRun({ beamline, feed }: { beamline: string; feed: RunFeed }) {
  const run = feed.buffer;
  const isOver = run.stop !== null;
  const [pick, setPick] = useState<{ uid: string; stream: string } | null>(null);
  const [drawing, setDrawing] = useState(AS_HINTED);
  const [kept, setWish] = useState<FitWish | null>(null);
  const [isBefore, setBefore] = useState(false);
  const picked = pick && pick.uid === run.uid ? pick.stream : null;
  const plot = usePlotData(run, feed.version, picked, drawing);
  const wish = wishAlong(kept, plot?.axes.x ?? "");
  const answer = useFit(run.uid, plot, wish, isOver);
  const fit = answer.data?.fit ?? null;
  const before = useRunBefore(beamline, run, plot, drawing, isBefore);
  const finished = useFinished(run, plot, isBefore);
  const live = (
    <RunPlot
      plot={plot}
      version={feed.version}
      over={fit?.is_good ? fit : null}
      before={before?.line ?? null}
    />
  );
  return (
    <Page
      title="Live"
      lead={run.start ? <Title run={run} /> : null}
      actions={
        <>
          {run.start && <RunState run={run} />}
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
            <>
              {finished.isPossible && (
                <Button kind="quiet" onClick={finished.toggle}>
                  {finished.isShown ? "Live drawing" : "Figure"}
                </Button>
              )}
              <StreamPicker
                names={streamNames(run)}
                shown={plot?.stream ?? ""}
                onPick={(stream) => setPick({ uid: run.uid, stream })}
              />
            </>
          }
        >
          {plot && (
            <DrawingControls
              plot={plot}
              drawing={drawing}
              onDrawing={setDrawing}
              before={{ isOn: isBefore, text: before?.text ?? "", onTick: setBefore }}
            />
          )}
          {plot && finished.isShown ? (
            <FinishedFigure uid={run.uid} plot={plot} fit={fit?.is_good ? fit : null}>
              {live}
            </FinishedFigure>
          ) : (
            live
          )}
        </Card>
        <div className="live-side">
          <Facts run={run} />
          {plot?.grid && (
            <MapPeakCard grid={plot.grid}>
              <ToPlace key={run.uid} beamline={beamline} run={run} stream={plot.stream} grid={plot.grid} />
            </MapPeakCard>
          )}
          {plot && !plot.grid && !plot.waterfall && (
            <PeakCard
              name={plot.axes.y[0] ?? ""}
              peak={plot.peak}
              wish={wish}
              onWish={(made) => setWish(made && { ...made, along: plot.axes.x })}
              answer={answer}
              units={{ x: plot.xUnits, y: plot.series[0]?.units ?? "" }}
            >
              <ToPeak key={run.uid} beamline={beamline} run={run} plot={plot} fit={fit} />
            </PeakCard>
          )}
        </div>
        {frameFields(run).map((found) => (
          <FrameCard key={`${run.uid}/${found.stream}/${found.field}`} uid={run.uid} found={found} />
        ))}
        <LiveTable run={run} version={feed.version} picked={picked} />
      </div>
    </Page>
  );
}

/**
 * A run that was seen to its end is drawn as the figure that everybody gets; one that was over before is drawn
 * quickly, and as a figure on request. The server makes no figure of slopes, monitors and waterfalls, of a map as
 * lines, nor of two runs.
 */
function useFinished(run: RunBuffer, plot: PlotData | null, isBefore: boolean) {
  const isOver = run.stop !== null;
  const [seenOpen, setSeenOpen] = useState("");
  const [turned, setTurned] = useState("");
  const isRunning = useBeamline().status?.run_uid === run.uid;
  useEffect(() => {
    if (isRunning && !isOver) setSeenOpen(run.uid);
  }, [run, isOver, isRunning]);
  const isMapAsLines = Boolean(plot?.views.includes("map") && !plot.grid);
  const isPlain = Boolean(
    plot && !isMapAsLines && !plot.isSlope && !plot.monitor && !plot.waterfall && !isBefore,
  );
  const isPossible = isOver && isPlain && plot?.state === "drawn";
  const isTurned = turned === run.uid;
  const isShown = isPossible && (seenOpen === run.uid) !== isTurned;
  return { isPossible, isShown, toggle: () => setTurned(isTurned ? "" : run.uid) };
}

interface ToPeakProps {
  beamline: string;
  run: RunBuffer;
  plot: PlotData;
  fit: Parameters<typeof positionsOf>[1];
}

/** Offered once the scan is over: until then its motor is not free. */
function ToPeak({ beamline, run, plot, fit }: ToPeakProps) {
  const motor = movedBy(run, plot.stream, plot.axes.x);
  if (!motor || !run.stop) return null;
  const proposal = String(run.start?.proposal ?? "");
  const found = positionsOf(plot.peak, fit);
  const motors = [{ name: motor, units: plot.xUnits }];
  return <GoToPeak beamline={beamline} motors={motors} proposal={proposal} found={found} />;
}

interface ToPlaceProps {
  beamline: string;
  run: RunBuffer;
  stream: string;
  grid: Grid;
}

/** Both motors of a map to its maximum, once it is over. */
function ToPlace({ beamline, run, stream, grid }: ToPlaceProps) {
  const motors = [grid.fast, grid.slow].flatMap(({ name, units }) => {
    const motor = movedBy(run, stream, name);
    return motor ? [{ name: motor, units }] : [];
  });
  if (motors.length !== 2 || !run.stop) return null;
  const proposal = String(run.start?.proposal ?? "");
  return <GoToPeak beamline={beamline} motors={motors} proposal={proposal} found={placesOf(grid)} />;
}

function movedBy(run: RunBuffer, stream: string, column: string): string | null {
  const keys = run.streams.get(stream)?.descriptor.object_keys ?? {};
  return motorOf(run.start?.motors, keys as Record<string, string[]>, column);
}

/** How the run ended; until then what the engine does with it. */
function RunState({ run }: { run: RunBuffer }) {
  const { status } = useBeamline();
  if (run.stop) return <StateBadge state={String(run.stop.exit_status ?? "")} />;
  if (status?.run_uid !== run.uid) return <StateBadge state="running" />;
  const { text, tone } = shownState(status);
  return <Badge tone={tone}>{text}</Badge>;
}

function Title({ run }: { run: RunBuffer }) {
  const start = run.start ?? {};
  const told = [
    `scan ${String(start.scan_id ?? "–")}`,
    `started ${when(Number(start.time))}`,
    start.username && `by ${String(start.username)}`,
    start.proposal && `proposal ${String(start.proposal)}`,
    sampleOf(start.sample) && `sample ${sampleOf(start.sample)}`,
  ];
  return (
    <>
      <strong>
        <bdi>{String(start.plan_name ?? "run")}</bdi>
      </strong>
      {told.filter(Boolean).map((text) => (
        <Fragment key={String(text)}>
          {" "}
          · <bdi>{String(text)}</bdi>
        </Fragment>
      ))}
    </>
  );
}

/** A sample is a name, or what the registry has of it. */
function sampleOf(sample: unknown): string {
  if (typeof sample === "string") return sample.slice(0, 60);
  const { name } = Object(sample) as { name?: unknown };
  return typeof name === "string" ? name.slice(0, 60) : "";
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
  const now = useNow(1_000).getTime() / 1000;
  const end = Number(run.stop?.time ?? Math.max(start, now));
  const reason = String(run.stop?.reason ?? "");
  return (
    <Card title="Run">
      <dl className="facts">
        <dt>Points</dt>
        <dd data-testid="live-points">{stream ? pointsOf(run, stream) : 0}</dd>
        <dt>{run.stop ? "Took" : "Runs for"}</dt>
        <dd>{duration(end - start)}</dd>
        {[...run.streams.values()]
          .filter(({ name }) => name !== stream?.name)
          .map((other) => (
            <Fragment key={other.name}>
              <dt>{other.name}</dt>
              <dd>{pointsOf(run, other)}</dd>
            </Fragment>
          ))}
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
