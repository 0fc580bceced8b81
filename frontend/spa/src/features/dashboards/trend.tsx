import { useEffect, useState } from "react";
import { getTrends, type Trend } from "../../api/dashboards";
import { figure } from "../../components/format";
import { Empty } from "../../components/parts";
import { useResource } from "../../live/resource";
import { useValues } from "../devices/values";
import { extremes, path, withNewest } from "./trend_data";

const REFRESH_MS = 60_000;
const WIDTH = 400;
const HEIGHT = 110;

/** The last hour of a value: what the server kept, and what has come since. */
export function TrendPlot({ beamline, device }: { beamline: string; device: string }) {
  const kept = useResource(`trend:${beamline}:${device}`, (signal) => getTrends(beamline, [device], signal));
  const { values } = useValues(beamline);
  const { refresh } = kept;
  const [live, setLive] = useState<Trend>({ time: [], value: [] });
  const now = values[device];
  useEffect(() => {
    const timer = window.setInterval(refresh, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, [refresh]);
  useEffect(() => {
    if (typeof now?.value !== "number") return;
    const value = now.value;
    setLive((before) => withNewest(before, now.timestamp ?? Date.now() / 1000, value));
  }, [now]);
  const base = kept.data?.[device] ?? { time: [], value: [] };
  const last = base.time.at(-1) ?? 0;
  const fresh = live.time
    .map((at, index) => [at, live.value[index] ?? 0] as const)
    .filter(([at]) => at > last);
  const shown: Trend = {
    time: [...base.time, ...fresh.map(([at]) => at)],
    value: [...base.value, ...fresh.map(([, value]) => value)],
  };
  const range = extremes(shown);
  if (!range) return <Empty>No numbers of the last hour yet.</Empty>;
  return (
    <figure className="trend">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <path d={path(shown, range, WIDTH, HEIGHT)} vectorEffect="non-scaling-stroke" />
      </svg>
      <figcaption className="muted">
        {figure(range.low)} … {figure(range.high)} {now?.units ?? ""} in the last {minutes(range)} min
      </figcaption>
    </figure>
  );
}

function minutes({ from, to }: { from: number; to: number }): number {
  return Math.max(1, Math.round((to - from) / 60));
}
