import { query, request, segment } from "./client";
import type { Fit as Measured } from "./generated";

export type { Fit as Measured, FitResult as Fit, FittedNumber } from "./generated";

export type Model = "gaussian" | "lorentzian" | "voigt" | "error_function";
export type Background = "none" | "constant" | "linear";

export interface FitQuestion {
  stream: string;
  x: string;
  y: string;
  monitor: string;
  isSlope: boolean;
  model: Model;
  background: Background;
}

/** The fit of one signal of a run, also while it goes on. */
export function getFit(uid: string, asked: FitQuestion, signal?: AbortSignal): Promise<Measured> {
  const { isSlope, ...rest } = asked;
  const text = query({ ...rest, derivative: isSlope ? "true" : "" });
  return request(`runs/${segment(uid)}/fit${text}`, { signal });
}
