import type { RunFilters, Step } from "../../api/runs";
import { quoted } from "./search_line";

const FILTERS = ["q", "plan", "status", "proposal", "beamline", "since", "until"] as const;
const PAGE = ["sort", "cursor"] as const;

export type Filter = (typeof FILTERS)[number];

/** What a column shows: a fact of every run, or a key of the metadata. */
export const FACTS: Record<string, { title: string; sort?: string }> = {
  scan: { title: "Scan", sort: "scan_id" },
  plan: { title: "Plan", sort: "plan" },
  started: { title: "Started", sort: "time" },
  took: { title: "Took", sort: "duration" },
  points: { title: "Points", sort: "num_events" },
  motors: { title: "Motors" },
  detectors: { title: "Detectors" },
  sample: { title: "Sample" },
  title: { title: "Title" },
  user: { title: "User", sort: "user" },
  proposal: { title: "Proposal", sort: "proposal" },
  status: { title: "Status", sort: "status" },
};
export const DEFAULT_COLUMNS = [
  "scan",
  "plan",
  "status",
  "started",
  "took",
  "points",
  "motors",
  "detectors",
  "sample",
];
const MOST_KEYS = 12;

/** Which runs the page is about, as its address says. */
export function filtersFrom(search: URLSearchParams): RunFilters {
  const filters: RunFilters = {};
  for (const name of [...FILTERS, ...PAGE]) {
    const value = search.get(name);
    if (value) filters[name] = value;
  }
  return filters;
}

export function columnsFrom(search: URLSearchParams): string[] {
  const given = (search.get("cols") ?? "").split(",").filter(Boolean);
  return given.length ? [...new Set(given)] : DEFAULT_COLUMNS;
}

/** Keys of the metadata among the columns: the server is asked for their values. */
export function keysOf(columns: string[]): string[] {
  return columns.filter((name) => !(name in FACTS)).slice(0, MOST_KEYS);
}

/** The address with changes; whatever changes which runs there are begins at the first page again. */
export function changed(search: URLSearchParams, changes: Record<string, string>): URLSearchParams {
  const next = new URLSearchParams(search);
  if (Object.keys(changes).some((name) => name !== "cursor" && name !== "cols")) next.delete("cursor");
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value);
    else next.delete(name);
  }
  return next;
}

/** The order after a press on a heading: largest first, smallest first, the usual one. */
export function nextSort(now: string, key: string): string {
  if (now === `-${key}` || (now === "" && key === "time")) return key;
  return now === key ? "" : `-${key}`;
}

/** All that narrows the list as one search line, to be kept or exported by. */
export function lineOf(filters: RunFilters): string {
  const parts = [
    filters.q?.trim() ? (/\bor\b/i.test(filters.q) ? `(${filters.q.trim()})` : filters.q.trim()) : "",
  ];
  for (const name of ["plan", "status", "proposal", "beamline", "since", "until"] as const) {
    const value = filters[name];
    if (value) parts.push(`${name}:${quoted(value)}`);
  }
  return parts.filter(Boolean).join(" ");
}

const DAY_S = 86_400;

/** Spans of days that are often asked for, as the search takes them. */
export function usualSpans(now: Date = new Date()): { text: string; since: string; until: string }[] {
  const day = (months: number, date: number) =>
    new Date(now.getFullYear(), now.getMonth() + months, date).toLocaleDateString("en-CA");
  const today = now.getDate();
  return [
    { text: "Today", since: day(0, today), until: "" },
    { text: "7 days", since: day(0, today - 6), until: "" },
    { text: "This month", since: day(0, 1), until: "" },
    { text: "Last month", since: day(-1, 1), until: day(0, 0) },
  ];
}

/** How wide bars are so that there are neither two nor thousands. */
export function stepFor(seconds: number): Step {
  if (seconds <= 3 * DAY_S) return "hour";
  if (seconds <= 120 * DAY_S) return "day";
  return seconds <= 2 * 366 * DAY_S ? "week" : "month";
}

/** First and last moment that the bars from one to another stand for, as the search takes them. */
export function spanOf(
  step: Step,
  first: { begins: string; start: number },
  last: { begins: string; start: number },
): { since: string; until: string } {
  const widths: Record<Step, number> = { hour: 3600, day: DAY_S, week: 7 * DAY_S, month: 31 * DAY_S };
  if (step === "day") return { since: first.begins, until: last.begins };
  if (step === "month") return { since: first.begins.slice(0, 7), until: last.begins.slice(0, 7) };
  const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
  return { since: iso(first.start), until: iso(last.start + widths[step] - 1) };
}
