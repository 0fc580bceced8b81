import type { Document } from "../api/runs";
import type { RunBuffer, StreamColumns } from "./run_buffer";

/** One dimension of a run, as the plan hints it: the fields along it, and the stream that has them. */
export type Dimension = [fields: string[], stream: string];

const PRIMARY = "primary";

/** Streams beside the measurement: shown when a reader asks for them, never by themselves. */
const BESIDE = /^baseline$|_monitor$/;

/**
 * What the start document says of the dimensions, slowest first; nothing where it is not what it should be.
 * A run without hints is drawn over the last of its motors.
 */
export function dimensionsOf(start: Document | null): Dimension[] {
  const hints = start?.hints as { dimensions?: unknown } | undefined;
  if (hints?.dimensions === undefined) {
    const moved: unknown = Array.isArray(start?.motors) ? start.motors.at(-1) : null;
    return typeof moved === "string" ? [[[moved], PRIMARY]] : [];
  }
  const given = Array.isArray(hints?.dimensions) ? (hints.dimensions as unknown[]) : [];
  return given.filter(
    (one): one is Dimension => Array.isArray(one) && Array.isArray(one[0]) && typeof one[1] === "string",
  );
}

/** Name of the stream that the plan is about: of its fastest dimension, else `primary`. */
export function hintedStream(start: Document | null): string {
  return dimensionsOf(start).at(-1)?.[1] ?? PRIMARY;
}

/**
 * The stream to look at: the one that the plan is about. A run that has none of that name is shown by
 * another stream of the measurement, if it has one with points; null while that is still to come.
 */
export function mainStream(run: RunBuffer): StreamColumns | null {
  const hinted = run.streams.get(hintedStream(run.start)) ?? run.streams.get(PRIMARY);
  if (hinted) return hinted;
  let best: StreamColumns | null = null;
  for (const stream of run.streams.values()) {
    if (BESIDE.test(stream.name)) continue;
    if (stream.seqNum.length > (best?.seqNum.length ?? 0)) best = stream;
  }
  return best;
}

/** The stream as the start document lets it be expected, before its descriptor: without a point. */
export function expectedStream(start: Document | null): StreamColumns | null {
  if (!start) return null;
  const name = hintedStream(start);
  const along = dimensionsOf(start).flatMap(([fields, stream]) =>
    stream === name ? fields.slice(0, 1) : [],
  );
  const signals = names(start.detectors);
  const keys = [...along.filter((key) => key !== "time"), ...signals];
  return {
    name,
    descriptor: { hints: Object.fromEntries(signals.map((signal) => [signal, { fields: [signal] }])) },
    seqNum: [],
    time: [],
    columns: new Map(keys.map((key) => [key, []])),
  };
}

/** How many points a stream has: its events, or the frames that its files hold before there is an event. */
export function pointsOf(run: RunBuffer, stream: StreamColumns): number {
  const ofStream = [...run.frameCounts].filter(([key]) => key.startsWith(`${stream.name}/`));
  return Math.max(stream.seqNum.length, ...ofStream.map(([, count]) => count));
}

/** Names that a reader may choose from: the stream that the plan is about first, then what else there is. */
export function streamNames(run: RunBuffer): string[] {
  const first = mainStream(run)?.name ?? (run.stop ? null : hintedStream(run.start));
  return [...new Set([...(first ? [first] : []), ...run.streams.keys()])];
}

/** From where to where the fastest axis of the plan goes, where the start document says so. */
export function expectedRange(start: Document | null): [number, number] | null {
  const extents = start?.extents;
  if (Array.isArray(extents)) return range((extents as unknown[]).at(-1));
  const pattern = start?.plan_pattern_args as { args?: unknown } | undefined;
  if (start?.plan_pattern !== "inner_product" || !Array.isArray(pattern?.args)) return null;
  return range(pattern.args.slice(1, 3));
}

function range(value: unknown): [number, number] | null {
  if (!Array.isArray(value) || value.length !== 2) return null;
  const [from, to] = value.map(Number) as [number, number];
  return Number.isFinite(from) && Number.isFinite(to) && from !== to
    ? [Math.min(from, to), Math.max(from, to)]
    : null;
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
