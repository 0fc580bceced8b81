import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { type Bar, getHistogram, type RunFilters, type Step } from "../../api/runs";
import { plural } from "../../components/format";
import { useResource } from "../../live/resource";
import { spanOf, stepFor } from "./state";

interface HistogramProps {
  filters: RunFilters;
  onNarrow: (span: { since: string; until: string }) => void;
}

/** When the runs began; a bar, or bars dragged over, narrow the list to their time. */
export function DateHistogram({ filters, onNarrow }: HistogramProps) {
  const { sort: _, cursor: __, ...wanted } = filters;
  const key = JSON.stringify(wanted);
  const months = useResource(`months:${key}`, (signal) => getHistogram(wanted, "month", signal));
  const step = useMemo(() => finer(months.data?.results ?? []), [months.data]);
  const bars = useResource(months.data && step !== "month" ? `bars:${step}:${key}` : null, (signal) =>
    getHistogram(wanted, step, signal),
  );
  const rows = (step === "month" ? months.data?.results : bars.data?.results) ?? [];
  if (months.data?.results.length === 0) return null;
  if (rows.length === 0) return <div className="histogram" />;
  return <Bars bars={rows} step={step} onNarrow={onNarrow} />;
}

function finer(months: Bar[]): Step {
  const [first, last] = [months[0], months.at(-1)];
  if (!first || !last) return "month";
  return stepFor(last.start - first.start + 31 * 86_400 * (first === last ? 0.9 : 1));
}

interface BarsProps {
  bars: Bar[];
  step: Step;
  onNarrow: (span: { since: string; until: string }) => void;
}

const WIDTHS: Record<Step, number> = { hour: 3600, day: 86_400, week: 604_800, month: 2_629_800 };

function Bars({ bars, step, onNarrow }: BarsProps) {
  const box = useRef<HTMLDivElement>(null);
  const [from, setFrom] = useState<number | null>(null);
  const [to, setTo] = useState<number | null>(null);
  const [focused, setFocused] = useState(bars.length - 1);
  const highest = Math.max(...bars.map(({ count }) => count));
  const first = bars[0]?.start ?? 0;
  const slots = Math.round(((bars.at(-1)?.start ?? first) - first) / WIDTHS[step]) + 1;
  const low = Math.min(from ?? -1, to ?? -1);
  const high = Math.max(from ?? -1, to ?? -1);

  const choose = (a: number, b: number) => {
    const [begin, end] = [bars[Math.min(a, b)], bars[Math.max(a, b)]];
    setFrom(null);
    setTo(null);
    if (begin && end) onNarrow(spanOf(step, begin, end));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -bars.length, End: bars.length }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(bars.length - 1, focused + step));
    setFocused(next);
    box.current?.querySelectorAll("button")[next]?.focus();
    if (event.shiftKey) setTo(next);
    setFrom(event.shiftKey ? (from ?? focused) : null);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of bars is no field set
    <div
      ref={box}
      className="histogram"
      role="group"
      aria-label={`Runs by ${step}: ${bars[0]?.begins} to ${bars.at(-1)?.begins}`}
      onKeyDown={onKeyDown}
      onPointerLeave={() => from !== null && setFrom(null)}
    >
      <div className="histogram-bars">
        {bars.map((bar, index) => (
          <button
            key={bar.start}
            type="button"
            tabIndex={index === Math.min(focused, bars.length - 1) ? 0 : -1}
            className={index >= low && index <= high && from !== null ? "bar is-chosen" : "bar"}
            style={{
              left: `${(Math.round((bar.start - first) / WIDTHS[step]) / slots) * 100}%`,
              width: `${100 / slots}%`,
            }}
            title={`${plural(bar.count, "run")}, ${bar.begins}`}
            aria-label={`${plural(bar.count, "run")}, ${bar.begins}`}
            onPointerDown={(event) => {
              event.currentTarget.releasePointerCapture(event.pointerId);
              setFrom(index);
              setTo(index);
            }}
            onPointerEnter={() => from !== null && setTo(index)}
            onPointerUp={() => from !== null && choose(from, index)}
            onFocus={() => setFocused(index)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              choose(from ?? index, index);
            }}
          >
            <span style={{ height: `${Math.max(6, (bar.count / highest) * 100)}%` }} />
          </button>
        ))}
      </div>
      <div className="histogram-ends" aria-hidden="true">
        <span>{bars[0]?.begins}</span>
        <span>{bars.length > 1 ? bars.at(-1)?.begins : ""}</span>
      </div>
    </div>
  );
}
