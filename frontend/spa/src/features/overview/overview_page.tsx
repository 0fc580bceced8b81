import { Link } from "react-router";
import { getRuns } from "../../api/runs";
import { may } from "../../bootstrap";
import { duration, parametersLine, when } from "../../components/format";
import { Card, Empty, Loading, Problem, StateBadge } from "../../components/parts";
import { useRun } from "../../live/hooks";
import { useOffers } from "../../live/offers";
import { useResource } from "../../live/resource";
import { useBeamline } from "../../live/store";
import { ConsoleTail } from "../console/console_lines";
import { DeviceBoard } from "../devices/device_board";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { useCurrentRun } from "../live/follow";
import { RunPlot, usePlotData } from "../live/run_plot";
import { startsIn, startText } from "../queue/forecast";
import { useAge, useQueue } from "../queue/queue_state";

export function OverviewPage() {
  return withBeamline("Overview", (beamline) => (
    <Page title={beamline.title} lead={<Message />}>
      <div className="overview-grid">
        <CurrentRun beamline={beamline.name} />
        <QueueHead beamline={beamline.name} />
        <Card title="Devices" actions={<Link to="/devices">All</Link>} className="overview-devices">
          <DeviceBoard beamline={beamline.name} />
        </Card>
        <LastRuns beamline={beamline.name} />
        {may("console:read") && (
          <Card title="Console" actions={<Link to="/console">All</Link>} className="overview-console">
            <ConsoleTail beamline={beamline.name} count={6} />
          </Card>
        )}
      </div>
    </Page>
  ));
}

function Message() {
  const { status, failure } = useBeamline();
  return <>{status?.message || failure || "…"}</>;
}

function CurrentRun({ beamline }: { beamline: string }) {
  const { status } = useBeamline();
  const { uid, isLoading } = useCurrentRun(beamline);
  const feed = useRun(uid);
  const plot = usePlotData(feed?.buffer ?? null, feed?.version ?? 0);
  const start = feed?.buffer.start;
  const isRunning = Boolean(status?.item);
  const name = start ? `${String(start.plan_name ?? "run")}, scan ${String(start.scan_id ?? "–")}` : "";
  return (
    <Card
      title={isRunning ? "Current run" : "Last run"}
      className="overview-run"
      actions={
        <>
          {start && <span className="muted">{name}</span>}
          {feed?.buffer.stop && <StateBadge state={String(feed.buffer.stop.exit_status)} />}
          <Link to="/live">Live</Link>
        </>
      }
    >
      {uid ? (
        <RunPlot plot={plot} version={feed?.version ?? 0} compact isLoading={!start && !feed?.failure} />
      ) : isLoading ? (
        <Loading what="the last run" />
      ) : (
        <Empty>Nothing has run here yet.</Empty>
      )}
    </Card>
  );
}

function QueueHead({ beamline }: { beamline: string }) {
  const queue = useQueue(beamline);
  const items = queue.data?.items.slice(0, 5) ?? [];
  const { now, ageS } = useAge(queue.data);
  const starts = queue.data ? startsIn(queue.data, ageS) : [];
  const isHeld = Boolean(queue.data?.is_held);
  const more = (queue.data?.length ?? 0) - items.length;
  return (
    <Card title="Next in the queue" actions={<Link to="/queue">Queue</Link>} className="overview-queue">
      {queue.isLoading && !queue.data && <Loading what="the queue" />}
      {queue.error && <Problem error={queue.error} onRetry={queue.refresh} />}
      {queue.data && items.length === 0 && (
        <Empty>
          Nothing waits. <Link to="/acquire">Choose a plan</Link>
        </Empty>
      )}
      <ol className="lines">
        {items.map((item, index) => (
          <li key={item.hidden ? `hidden-${index}` : item.uid}>
            {item.hidden ? (
              <span className="muted">an item of another proposal</span>
            ) : (
              <>
                <strong>{item.plan}</strong>
                <span className="muted line-rest">{parametersLine(item.parameters)}</span>
                <span className="muted line-when">
                  {startText(item, { inS: starts[index], isFirst: index === 0, isHeld, now })}
                </span>
              </>
            )}
          </li>
        ))}
      </ol>
      {more > 0 && <p className="muted">and {more} more</p>}
      {items.length < 3 && <PresetLinks />}
    </Card>
  );
}

function PresetLinks() {
  const { presets } = useOffers();
  if (presets.length === 0) return null;
  return (
    <nav className="preset-links" aria-label="Presets">
      {presets.slice(0, 6).map((preset) => (
        <Link
          key={preset.name}
          className="button button-plain"
          to={`/acquire/${preset.plan}?preset=${preset.name}`}
        >
          {preset.title}
        </Link>
      ))}
    </nav>
  );
}

function LastRuns({ beamline }: { beamline: string }) {
  const { status } = useBeamline();
  const runs = useResource(`last:${beamline}:${status?.run_uid ?? ""}:${status?.item?.uid ?? ""}`, (signal) =>
    getRuns({ beamline, limit: 6 }, signal),
  );
  return (
    <Card title="Last runs" actions={<Link to="/runs">All runs</Link>} className="overview-runs">
      {runs.isLoading && !runs.data && <Loading what="the runs" />}
      {runs.error && <Problem error={runs.error} onRetry={runs.refresh} />}
      {runs.data?.results.length === 0 && <Empty>No runs yet.</Empty>}
      <ul className="lines">
        {runs.data?.results.map((run) => (
          <li key={run.uid}>
            <Link to={`/runs/${run.uid}`}>
              {run.scan_id ?? "–"} {run.plan_name}
            </Link>
            <span className="muted line-rest">
              {when(run.time)} · {duration((run.stop_time ?? Number.NaN) - run.time)}
            </span>
            <StateBadge state={run.exit_status} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
