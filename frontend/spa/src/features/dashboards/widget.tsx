import { Link } from "react-router";
import type { Widget as WidgetSpec } from "../../api/dashboards";
import { frameUrl, getRun } from "../../api/runs";
import { duration, parametersLine } from "../../components/format";
import { Badge, Card, Empty, Loading, ProgressBar } from "../../components/parts";
import { useRun } from "../../live/hooks";
import { useResource } from "../../live/resource";
import { useBeamline } from "../../live/store";
import { Alarm, boardFigure } from "../devices/device_board";
import { useValues } from "../devices/values";
import { shownState } from "../frame/engine_state";
import { useCurrentRun } from "../live/follow";
import { RunPlot, usePlotData } from "../live/run_plot";
import { useQueue } from "../queue/queue_state";
import { frameColumns } from "../run/frames";
import { TrendPlot } from "./trend";

interface WidgetProps {
  widget: WidgetSpec;
  beamline: string;
}

const TITLES: Record<WidgetSpec["kind"], string> = {
  value: "Value",
  trend: "Trend",
  plot: "Current run",
  image: "Newest frame",
  engine: "Beamline",
  queue: "Queue",
  text: "Note",
};

/** One field of a board, in a card as wide as it was built. */
export function Widget({ widget, beamline }: WidgetProps) {
  const title = widget.title || (widget.device ? titleOf(widget) : TITLES[widget.kind]);
  return (
    <Card title={title} className={`widget widget-${widget.kind} widget-width-${widget.width ?? 1}`}>
      <Inside widget={widget} beamline={beamline} />
    </Card>
  );
}

const titleOf = ({ kind, device }: WidgetSpec) => (kind === "trend" ? `${device} over time` : (device ?? ""));

function Inside({ widget, beamline }: WidgetProps) {
  switch (widget.kind) {
    case "value":
      return <Value beamline={beamline} device={widget.device ?? ""} />;
    case "trend":
      return <TrendPlot beamline={beamline} device={widget.device ?? ""} />;
    case "plot":
      return <CurrentPlot beamline={beamline} />;
    case "image":
      return <NewestFrame beamline={beamline} />;
    case "engine":
      return <Engine />;
    case "queue":
      return <Next beamline={beamline} />;
    case "text":
      return <p className="widget-words">{widget.text}</p>;
  }
}

function Value({ beamline, device }: { beamline: string; device: string }) {
  const { values, isStale } = useValues(beamline);
  const value = values[device];
  if (!value) return <Empty>{device} is not on the status board of the beamline.</Empty>;
  return (
    <p className={isStale || value.stale ? "widget-value is-stale" : "widget-value"}>
      <span className="number">{boardFigure(value.value)}</span>
      {value.units && <span className="units">{value.units}</span>} <Alarm alarm={value.alarm} />
      {(isStale || value.stale) && <span className="muted"> old</span>}
    </p>
  );
}

function CurrentPlot({ beamline }: { beamline: string }) {
  const { uid, isLoading } = useCurrentRun(beamline);
  const feed = useRun(uid);
  const plot = usePlotData(feed?.buffer ?? null, feed?.version ?? 0);
  const start = feed?.buffer.start;
  if (isLoading) return <Loading what="the last run" />;
  if (!uid) return <Empty>Nothing has run here yet.</Empty>;
  return (
    <>
      <p className="muted">
        {start && `${String(start.plan_name ?? "run")}, scan ${String(start.scan_id ?? "–")}`}
      </p>
      <RunPlot plot={plot} version={feed?.version ?? 0} compact isLoading={!start && !feed?.failure} />
    </>
  );
}

function NewestFrame({ beamline }: { beamline: string }) {
  const { status } = useBeamline();
  const { uid } = useCurrentRun(beamline);
  const run = useResource(uid ? `frame:${uid}:${status?.progress?.points_done ?? 0}` : null, (signal) =>
    getRun(uid ?? "", signal),
  );
  const found = run.data && frameColumns(run.data).find(({ count }) => count > 0);
  if (!run.data || !found) return <Empty>The newest run has no frames.</Empty>;
  const index = found.count - 1;
  return (
    <img
      className="widget-frame"
      src={frameUrl(run.data.uid, found.stream, found.column.key, index)}
      alt={`Frame ${found.count} of ${found.column.key}`}
    />
  );
}

function Engine() {
  const { status, failure } = useBeamline();
  const state = shownState(status);
  const { points_done: done, points, percent, eta_s: eta } = status?.progress ?? {};
  return (
    <div className="widget-engine">
      <p>
        <Badge tone={state.tone}>{state.text}</Badge> {status?.message || failure}
      </p>
      {status?.item && (
        <p>
          <strong>{status.item.plan ?? "a plan of another proposal"}</strong>{" "}
          {done !== undefined && `${done}${points ? ` / ${points}` : ""} points`}{" "}
          <ProgressBar percent={percent ?? null} label="Progress of the run" />{" "}
          {eta ? `${duration(eta)} left` : ""}
        </p>
      )}
      <p className="muted">
        {status?.control?.holder ? `${status.control.holder} is in control` : "control is free"}
      </p>
    </div>
  );
}

function Next({ beamline }: { beamline: string }) {
  const queue = useQueue(beamline);
  const items = queue.data?.items.slice(0, 5) ?? [];
  if (queue.data && items.length === 0) return <Empty>Nothing waits.</Empty>;
  return (
    <ol className="lines">
      {items.map((item, index) => (
        <li key={item.hidden ? `hidden-${index}` : item.uid}>
          {item.hidden ? (
            <span className="muted">an item of another proposal</span>
          ) : (
            <>
              <Link to="/queue">{item.plan}</Link>
              <span className="muted line-rest">{parametersLine(item.parameters)}</span>
            </>
          )}
        </li>
      ))}
    </ol>
  );
}
