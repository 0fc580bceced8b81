import type { ReactNode } from "react";
import type { Background, Fit, FittedNumber, Measured, Model } from "../../api/fits";
import { figure, measured, toScale } from "../../components/format";
import { Card, Empty, Problem } from "../../components/parts";
import type { PeakStatistics } from "../../live/peak";
import type { Resource } from "../../live/resource";
import { FitByHand } from "./fit_by_hand";
import type { FitWish } from "./use_fit";

const MODELS: Record<Model, string> = {
  gaussian: "Gaussian",
  lorentzian: "Lorentzian",
  voigt: "Voigt",
  error_function: "error function",
};
const BACKGROUNDS: Record<Background, string> = { none: "none", constant: "constant", linear: "straight" };

interface PeakCardProps {
  name: string;
  peak: PeakStatistics | null;
  wish: FitWish | null;
  onWish: (wish: FitWish | null) => void;
  answer: Resource<Measured>;
  /** Units of the position and of the signal; those of the answer unless given. */
  units?: { x: string; y: string };
  /** What is told of a line that is no peak. */
  statistics?: ReactNode;
  children?: ReactNode;
}

/** What the points say of a peak, what a fit says of it, and what can be done with that. */
export function PeakCard({ name, peak, wish, onWish, answer, units, statistics, children }: PeakCardProps) {
  const { x = "", y = "" } = units ?? answer.data?.units ?? {};
  return (
    <Card title={name ? `${statistics ? "Statistics" : "Peak"} of ${name}` : "Peak"} className="peak-card">
      {statistics}
      {peak && <Statistics peak={peak} x={x} y={y} />}
      {!peak && !statistics && <Empty>Shown when a signal rises over a motor.</Empty>}
      {children}
      <FitChoice wish={wish} onWish={onWish} />
      {wish && <FitByHand key={wish.along ?? ""} wish={wish} units={x} onWish={onWish} />}
      {wish && answer.error && <Problem error={answer.error} onRetry={answer.refresh} />}
      {wish && answer.isLoading && <p className="muted">fitting …</p>}
      {wish && answer.data?.fit && <FitFacts fit={answer.data.fit} x={x} y={y} />}
    </Card>
  );
}

interface Units {
  x: string;
  y: string;
}

/** Places are told as exactly as the peak is wide: the rounding of a sum is no position. */
function Statistics({ peak, x, y }: { peak: PeakStatistics } & Units) {
  const span = peak.fwhm ?? Math.abs(peak.maxX - peak.centreOfMass);
  const at = (value: number | null) => [toScale(value, span), value === null ? "" : x].join(" ").trim();
  return (
    <dl className="facts" data-testid="peak-statistics">
      <dt>Centre</dt>
      <dd>{at(peak.centre)}</dd>
      <dt>FWHM</dt>
      <dd>{at(peak.fwhm)}</dd>
      <dt>Maximum</dt>
      <dd>
        {[measured(peak.maxY), y].join(" ").trim()} at {at(peak.maxX)}
      </dd>
      <dt>Centre of mass</dt>
      <dd>{at(peak.centreOfMass)}</dd>
    </dl>
  );
}

function FitChoice({ wish, onWish }: Pick<PeakCardProps, "wish" | "onWish">) {
  const background = wish?.background ?? "linear";
  return (
    <div className="fit-choice">
      <label className="inline">
        Fit
        <select
          aria-label="Fit"
          value={wish?.model ?? ""}
          onChange={(event) =>
            onWish(event.target.value ? { ...wish, model: event.target.value as Model, background } : null)
          }
        >
          <option value="">none</option>
          {Object.entries(MODELS).map(([model, title]) => (
            <option key={model} value={model}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {wish && (
        <label className="inline">
          Background
          <select
            aria-label="Background"
            value={background}
            onChange={(event) => onWish({ ...wish, background: event.target.value as Background })}
          >
            {Object.entries(BACKGROUNDS).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

const TITLES: Record<string, string> = {
  centre: "Centre",
  fwhm: "FWHM",
  height: "Height",
  sigma: "Sigma",
  gamma: "Gamma",
  offset: "Background",
  slope: "Its slope",
};

/** The unit of a fitted number: places and widths are along x, heights along y. */
function unitOf(name: string, { x, y }: Units): string {
  if (name === "slope") return x || y ? `${y || "1"}/${x || "1"}` : "";
  return name === "height" || name === "offset" ? y : x;
}

function FitFacts({ fit, x, y }: { fit: Fit } & Units) {
  return (
    <div data-testid="fit">
      {fit.message && (
        <p className={fit.is_good ? "muted" : "notice notice-warn"} role={fit.is_good ? undefined : "note"}>
          {fit.message}
        </p>
      )}
      {fit.is_good && (
        <dl className="facts">
          {Object.entries(fit.numbers).map(([name, number]) => (
            <div key={name} className="fact">
              <dt>{TITLES[name] ?? name}</dt>
              <dd>
                {withError(number)} {unitOf(name, { x, y })}
              </dd>
            </div>
          ))}
          <dt>R²</dt>
          <dd>{fit.r2?.toFixed(4) ?? "–"}</dd>
        </dl>
      )}
    </div>
  );
}

/** A number with its uncertainty, both to the second figure of the uncertainty: 1.2003 ± 0.0011. */
export function withError({ value, error }: FittedNumber): string {
  if (error === null || !(error > 0)) return figure(value);
  const places = 1 - Math.floor(Math.log10(error));
  if (places >= -5 && places <= 8 && Math.abs(value) < 1e7) {
    const step = 10 ** -places;
    const written = (number: number) =>
      places < 0 ? String(Math.round(number / step) * step) : number.toFixed(places);
    return `${written(value)} ± ${written(error)}`;
  }
  const figures = places + Math.floor(Math.log10(Math.abs(value)));
  return `${value.toExponential(Math.max(0, Math.min(12, figures)))} ± ${error.toPrecision(2)}`;
}
