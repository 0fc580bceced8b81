import { query, request, segment } from "./client";

export type Model = "gaussian" | "lorentzian" | "voigt" | "error_function";
export type Background = "none" | "constant" | "linear";

export interface FittedNumber {
  value: number;
  error: number | null;
}

export interface Fit {
  model: string;
  background: string;
  is_good: boolean;
  message: string;
  numbers: Record<string, FittedNumber>;
  r2: number | null;
  points: number;
  x: number[];
  y: number[];
}

export interface Measured {
  stream: string;
  x: string;
  y: string;
  units: { x: string; y: string };
  points: number;
  fit: Fit | null;
}

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
