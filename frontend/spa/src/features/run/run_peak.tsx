import { useState } from "react";
import type { DrawnFigure } from "../../api/figures";
import { type Fit, type FitQuestion, getFit, type Measured, statisticsOf } from "../../api/fits";
import type { RunDetail } from "../../api/runs";
import { toScale } from "../../components/format";
import { motorOf, positionsOf } from "../../live/positions";
import { type Resource, useResource } from "../../live/resource";
import { GoToPeak } from "../live/go_to_peak";
import { PeakCard } from "../live/peak_card";
import type { FitWish } from "../live/use_fit";

/** What is measured of a drawn line: its first signal over its x. Null for maps. */
export function peakQuestion(drawn: DrawnFigure, monitor: string): FitQuestion | null {
  const [y] = drawn.y;
  if (drawn.slow || !y) return null;
  return { stream: drawn.stream, x: drawn.x, y, monitor, isSlope: false, background: "linear" };
}

export interface RunPeakFound {
  answer: Resource<Measured>;
  /** What was measured, also while a fit of the same line is on its way. */
  measured: Measured | null;
  wish: FitWish | null;
  onWish: (wish: FitWish | null) => void;
  /** The fit, where it is good. */
  line: Fit | null;
}

/** Peak of a stored run, and its fit once a model is chosen. */
export function useRunPeak(uid: string, asked: FitQuestion | null): RunPeakFound {
  const [wish, onWish] = useState<FitWish | null>(null);
  const question = asked && { ...asked, ...wish };
  const answer = useResource(question ? `peak:${uid}:${JSON.stringify(question)}` : null, (signal) => {
    if (!question) throw new Error("nothing to measure");
    return getFit(uid, question, signal);
  });
  const fit = answer.data?.fit;
  const of = asked ? `${uid}:${JSON.stringify(asked)}` : "";
  const [last, setLast] = useState<{ of: string; measured: Measured } | null>(null);
  if (answer.data && answer.data !== last?.measured) setLast({ of, measured: answer.data });
  const measured = answer.data ?? (last?.of === of ? last.measured : null);
  return { answer, measured, wish, onWish, line: fit?.is_good ? fit : null };
}

interface RunPeakProps {
  run: RunDetail;
  asked: FitQuestion;
  found: RunPeakFound;
}

/** What the line says of a peak, a fit of it, and the way back to it. */
export function RunPeak({ run, asked, found }: RunPeakProps) {
  const { answer, measured, wish, onWish } = found;
  const peak = measured && statisticsOf(measured);
  const { x = "", y = "" } = measured?.units ?? {};
  const motor = motorOf(run.start.motors, run.streams[asked.stream]?.object_keys ?? {}, asked.x);
  return (
    <PeakCard
      name={asked.y}
      peak={isAlongTime(asked.x) ? null : peak}
      statistics={measured && (isAlongTime(asked.x) || !peak) && <Spread of={measured} />}
      wish={wish}
      onWish={onWish}
      answer={answer}
      units={{ x, y }}
    >
      {motor && measured && (
        <GoToPeak
          beamline={run.beamline}
          motors={[{ name: motor, units: x }]}
          proposal={run.proposal ?? ""}
          found={positionsOf(peak, answer.data?.fit ?? null)}
        />
      )}
    </PeakCard>
  );
}

/** Over time or the number of a point there is no place to go to: a count is told by its mean. */
const isAlongTime = (x: string) => x === "time" || x === "seq_num";

function Spread({ of: { mean, deviation, peak, points, units } }: { of: Measured }) {
  if (mean === null) return null;
  const told = (value: number, scale: number) => [toScale(value, scale), units.y ?? ""].join(" ").trim();
  const size = deviation || Math.abs(mean);
  return (
    <dl className="facts" data-testid="spread">
      <dt>Mean</dt>
      <dd>{told(mean, size)}</dd>
      <dt>Standard deviation</dt>
      <dd>{deviation === null ? "–" : told(deviation, size)}</dd>
      {peak && (
        <>
          <dt>Lowest, highest</dt>
          <dd>
            {toScale(peak.min_y, size)}, {told(peak.max_y, size)}
          </dd>
        </>
      )}
      <dt>Points</dt>
      <dd>{points}</dd>
    </dl>
  );
}
