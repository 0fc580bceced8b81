import type { PeakStatistics } from "../live/peak";
import { query, request, segment } from "./client";
import type { Fit as Measured } from "./generated";

export type { Fit as Measured, FitResult as Fit, FittedNumber } from "./generated";

export type Model = "gaussian" | "lorentzian" | "voigt" | "error_function";
export type Background = "none" | "constant" | "linear";

/** What a person says of a fit beyond its model, in the unit of x; nothing is left to the points. */
export interface ByHand {
  /** First and last x that the fit looks at. */
  low?: number | undefined;
  high?: number | undefined;
  /** Where the search begins, and how wide. */
  centre?: number | undefined;
  fwhm?: number | undefined;
}

export interface FitQuestion extends ByHand {
  stream: string;
  x: string;
  y: string;
  monitor: string;
  isSlope: boolean;
  /** None: the peak alone. */
  model?: Model | undefined;
  background: Background;
}

/** The fit of one signal of a run, also while it goes on. */
export function getFit(uid: string, asked: FitQuestion, signal?: AbortSignal): Promise<Measured> {
  const { isSlope, model, ...rest } = asked;
  const text = query({ ...rest, model, derivative: isSlope ? "true" : "" });
  return request(`runs/${segment(uid)}/fit${text}`, { signal });
}

/** The peak that the server found, as the page tells one. */
export function statisticsOf({ peak }: Measured): PeakStatistics | null {
  if (!peak) return null;
  const { max_x: maxX, max_y: maxY, min_y: minY, centre_of_mass: centreOfMass, fwhm, centre } = peak;
  return { maxX, maxY, minY, centreOfMass, fwhm, centre };
}
