import type { Document } from "../api/runs";
import type { EventBatch, RunPayload as Whole } from "./generated";

/** A stretch of a run's documents, from the socket or put together from what REST gives. */
export type RunPayload = Pick<Whole, "run" | "first" | "last"> & Partial<Whole>;

/** One stream of a run as growing columns; row i holds the last event with seq_num i + 1. */
export interface StreamColumns {
  name: string;
  descriptor: Document;
  seqNum: number[];
  time: number[];
  columns: Map<string, unknown[]>;
}

export type Applied = "new" | "known" | "gap";

type Piece = { first: number; last: number; isOmitted?: boolean; apply: (skip: number) => void };

/**
 * All that is known of one run, fed from the socket and from REST alike. Documents may come twice, and
 * are taken once; a hole is reported and never papered over.
 */
export class RunBuffer {
  start: Document | null = null;
  stop: Document | null = null;
  lastOrdinal = -1;
  version = 0;
  readonly streams = new Map<string, StreamColumns>();
  /** Rows of which the file holds the frame, by "stream/field"; fields without an entry have one an event. */
  readonly frameCounts = new Map<string, number>();
  private readonly streamOf = new Map<string, StreamColumns>();
  private readonly fieldOf = new Map<string, string>();

  constructor(readonly uid: string) {}

  /**
   * Take what is new. "gap": something before the payload, or left out of it, has to be fetched. Ordinals
   * inside the payload that hold nothing are documents that the store refused: nothing is missing.
   */
  apply(payload: RunPayload): Applied {
    if (payload.last <= this.lastOrdinal) return "known";
    if (payload.first > this.lastOrdinal + 1) return "gap";
    this.version += 1;
    for (const piece of this.pieces(payload)) {
      if (piece.last <= this.lastOrdinal) continue;
      if (piece.isOmitted) {
        this.lastOrdinal = piece.first - 1;
        return "gap";
      }
      piece.apply(Math.max(0, this.lastOrdinal + 1 - piece.first));
      this.lastOrdinal = piece.last;
    }
    this.lastOrdinal = payload.last;
    return "new";
  }

  private pieces(payload: RunPayload): Piece[] {
    const documents = (payload.documents ?? []).map(
      ([ordinal, name, doc]): Piece => ({
        first: ordinal,
        last: ordinal,
        isOmitted: doc === null,
        apply: () => this.take(name, doc ?? {}),
      }),
    );
    const events = (payload.events ?? []).map(
      (batch): Piece => ({
        first: batch.ordinal_first,
        last: batch.ordinal_last,
        apply: (skip) => this.takeBatch(batch, skip),
      }),
    );
    return [...documents, ...events].sort((a, b) => a.first - b.first);
  }

  private take(name: string, doc: Document): void {
    switch (name) {
      case "start":
        this.start = doc;
        break;
      case "stop":
        this.stop = doc;
        break;
      case "descriptor":
        this.takeDescriptor(doc);
        break;
      case "stream_resource":
        this.fieldOf.set(String(doc.uid), String(doc.data_key));
        break;
      case "stream_datum":
        this.takeStreamDatum(doc);
        break;
      case "event":
        this.takeEvent(doc);
        break;
      case "event_page":
        this.takePage(doc);
        break;
      default:
        break;
    }
  }

  private takeDescriptor(doc: Document): void {
    const name = String(doc.name ?? "primary");
    const stream = this.streams.get(name) ?? {
      name,
      descriptor: doc,
      seqNum: [],
      time: [],
      columns: new Map<string, unknown[]>(),
    };
    for (const key of Object.keys((doc.data_keys ?? {}) as Document)) {
      if (!stream.columns.has(key)) stream.columns.set(key, []);
    }
    this.streams.set(name, stream);
    this.streamOf.set(String(doc.uid), stream);
  }

  private takeStreamDatum(doc: Document): void {
    const stream = this.streamOf.get(String(doc.descriptor));
    const field = this.fieldOf.get(String(doc.stream_resource));
    const stop = Number((doc.seq_nums as { stop?: unknown } | undefined)?.stop);
    if (!stream || field === undefined || !Number.isFinite(stop)) return;
    const key = `${stream.name}/${field}`;
    this.frameCounts.set(key, Math.max(this.frameCounts.get(key) ?? 0, stop - 1));
  }

  private takeEvent(doc: Document): void {
    const stream = this.streamOf.get(String(doc.descriptor));
    if (!stream) return;
    put(stream, Number(doc.seq_num), Number(doc.time), (key) => (doc.data as Document)[key]);
  }

  private takePage(doc: Document): void {
    const stream = this.streamOf.get(String(doc.descriptor));
    if (!stream) return;
    const data = doc.data as Record<string, unknown[]>;
    const times = doc.time as number[];
    (doc.seq_num as number[]).forEach((seqNum, row) => {
      put(stream, seqNum, times[row] ?? Number.NaN, (key) => data[key]?.[row]);
    });
  }

  private takeBatch(batch: EventBatch, skip: number): void {
    const stream = this.streamOf.get(batch.descriptor);
    if (!stream) return;
    for (let row = skip; row < batch.seq_num.length; row += 1) {
      put(
        stream,
        batch.seq_num[row] ?? row + 1,
        Number(batch.time[row] ?? Number.NaN),
        (key) => batch.data[key]?.[row],
      );
    }
  }
}

/** A repeated seq_num (a point taken again after a pause) replaces the earlier row. */
function put(stream: StreamColumns, seqNum: number, time: number, value: (key: string) => unknown): void {
  let row = stream.seqNum.length;
  if (row > 0 && seqNum <= (stream.seqNum[row - 1] ?? 0)) {
    const found = stream.seqNum.lastIndexOf(seqNum);
    row = found >= 0 ? found : row;
  }
  stream.seqNum[row] = seqNum;
  stream.time[row] = time;
  for (const [key, column] of stream.columns) column[row] = plain(value(key));
}

/** JSON has no NaN or infinity: they come as {"$numberDouble": "NaN"}. */
export function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value ?? null;
  const text = (value as Record<string, unknown>).$numberDouble;
  return typeof text === "string" ? Number(text) : value;
}
