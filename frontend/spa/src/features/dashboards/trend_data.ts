import type { Trend } from "../../api/dashboards";

const KEPT_S = 3_600;
const MOST_LIVE = 2_000;

export interface Range {
  low: number;
  high: number;
  from: number;
  to: number;
}

/** The values with one more; what is older than an hour goes. */
export function withNewest(trend: Trend, at: number, value: number): Trend {
  if (at <= (trend.time.at(-1) ?? Number.NEGATIVE_INFINITY)) return trend;
  const first = Math.max(
    trend.time.findIndex((time) => time > at - KEPT_S),
    trend.time.length - MOST_LIVE,
    0,
  );
  return { time: [...trend.time.slice(first), at], value: [...trend.value.slice(first), value] };
}

export function extremes(trend: Trend): Range | null {
  const [from] = trend.time;
  const to = trend.time.at(-1);
  if (from === undefined || to === undefined) return null;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of trend.value) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high, from, to };
}

/** The line of an SVG path; a value holds until the next one, so the line goes in steps. */
export function path(trend: Trend, range: Range, width: number, height: number): string {
  const x = (at: number) => ((at - range.from) / Math.max(range.to - range.from, 1)) * width;
  const span = range.high - range.low || 1;
  const y = (value: number) =>
    range.high === range.low ? height / 2 : height - 4 - ((value - range.low) / span) * (height - 8);
  const parts = trend.time.map((at, index) => {
    const place = `${x(at).toFixed(1)}`;
    const level = y(trend.value[index] ?? 0).toFixed(1);
    return index === 0 ? `M${place} ${level}` : `H${place}V${level}`;
  });
  return `${parts.join("")}H${width}`;
}
