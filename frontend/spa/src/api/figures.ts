import { request, segment } from "./client";
import type { Figure } from "./runs";

/** What is to be drawn of a run; empty: as plan and devices hint. */
export interface FigureChoice {
  stream: string;
  x: string;
  y: string[];
  slow: string;
  per: string;
  log: string[];
}

export interface DrawnFigure {
  figure: Figure;
  caption: string;
  stream: string;
  x: string;
  y: string[];
  slow: string;
  per: string;
  choices: { x: string[]; y: string[] };
}

export interface ComparedRun {
  uid: string;
  label: string;
  /** Why it is not drawn; empty when it is. */
  problem: string;
  /** The look of its line, from 1; see components/line_look.tsx. */
  colour: number;
}

export interface Comparison {
  figure: Figure;
  caption: string;
  runs: ComparedRun[];
  x: string;
  y: string;
  choices: { x: string[]; y: string[] };
}

export function figureSearch(choice: FigureChoice): URLSearchParams {
  const search = new URLSearchParams();
  for (const name of ["stream", "x", "slow", "per"] as const) {
    if (choice[name]) search.set(name, choice[name]);
  }
  for (const signal of choice.y) search.append("y", signal);
  if (choice.log.length) search.set("log", choice.log.join(","));
  return search;
}

export function drawFigure(uid: string, choice: FigureChoice, signal?: AbortSignal): Promise<DrawnFigure> {
  return request(`runs/${segment(uid)}/figure?${figureSearch(choice)}`, { signal });
}

export function compareRuns(search: URLSearchParams, signal?: AbortSignal): Promise<Comparison> {
  return request(`runs/compare/figure?${search}`, { signal });
}

export const comparisonFileUrl = (search: URLSearchParams, kind: string) => {
  const asked = new URLSearchParams(search);
  asked.set("file", kind);
  return `/api/v1/runs/compare/figure?${asked}`;
};

export const notebookUrl = (uid: string) => `/api/v1/runs/${segment(uid)}/notebook`;
export const qrUrl = (uid: string) => `/api/v1/runs/${segment(uid)}/qr`;

/** A few lines of Python that read the run. */
export async function getSnippet(uid: string, signal?: AbortSignal): Promise<string> {
  const init: RequestInit = { credentials: "same-origin" };
  if (signal) init.signal = signal;
  const answer = await fetch(`${notebookUrl(uid)}?form=py`, init);
  if (!answer.ok) throw new Error(`The snippet was not given: status ${answer.status}.`);
  return answer.text();
}

/** Which scopes about runs one has on this run. */
export async function getRights(uid: string, signal?: AbortSignal): Promise<string[]> {
  return (await request<{ scopes: string[] }>(`runs/${segment(uid)}/rights`, { signal })).scopes;
}
