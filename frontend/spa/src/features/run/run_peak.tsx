import { useState } from "react";
import type { DrawnFigure } from "../../api/figures";
import { type Fit, type FitQuestion, getFit, type Measured, statisticsOf } from "../../api/fits";
import type { RunDetail } from "../../api/runs";
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
  return { answer, wish, onWish, line: fit?.is_good ? fit : null };
}

interface RunPeakProps {
  run: RunDetail;
  asked: FitQuestion;
  found: RunPeakFound;
}

/** What the line says of a peak, a fit of it, and the way back to it. */
export function RunPeak({ run, asked, found }: RunPeakProps) {
  const { answer, wish, onWish } = found;
  const peak = answer.data && statisticsOf(answer.data);
  const motor = motorOf(run.start.motors, run.streams[asked.stream]?.object_keys ?? {}, asked.x);
  return (
    <PeakCard name={asked.y} peak={peak} wish={wish} onWish={onWish} answer={answer}>
      {motor && answer.data && (
        <GoToPeak
          beamline={run.beamline}
          motors={[{ name: motor, units: answer.data.units.x ?? "" }]}
          proposal={run.proposal ?? ""}
          found={positionsOf(peak, answer.data.fit)}
        />
      )}
    </PeakCard>
  );
}
