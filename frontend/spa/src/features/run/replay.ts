import type { RunDocument } from "../../api/runs";
import { RunBuffer } from "../../live/run_buffer";

/** POSIX seconds of a document, where it has a time of its own. */
function timeOf([, name, doc]: RunDocument): number | null {
  if (name === "event_page") {
    const times = doc.time as number[] | undefined;
    return times?.[0] ?? null;
  }
  return typeof doc.time === "number" ? doc.time : null;
}

/**
 * A stored run that is played: its documents come into a buffer as the live page has it, in their order,
 * at the times at which they came, divided by the speed.
 */
export class Replay {
  buffer: RunBuffer;
  private next = 0;
  /** Seconds of the run that have been played. */
  at = 0;
  private readonly times: number[];
  readonly length: number;

  constructor(
    readonly uid: string,
    private readonly documents: RunDocument[],
  ) {
    this.buffer = new RunBuffer(uid);
    const first = documents.map(timeOf).find((time) => time !== null) ?? 0;
    let latest = 0;
    this.times = documents.map((document) => {
      latest = Math.max(latest, (timeOf(document) ?? first + latest) - first);
      return latest;
    });
    this.length = latest;
  }

  get isOver(): boolean {
    return this.next >= this.documents.length;
  }

  /** Go on by so many seconds of the run; give whether something came. */
  advance(seconds: number): boolean {
    this.at = Math.min(this.length, this.at + Math.max(0, seconds));
    const before = this.next;
    while (this.next < this.documents.length && (this.times[this.next] ?? 0) <= this.at) {
      const document = this.documents[this.next] as RunDocument;
      const [last] = document;
      this.buffer.apply({ run: this.uid, first: this.buffer.lastOrdinal + 1, last, documents: [document] });
      this.next += 1;
    }
    return this.next > before;
  }

  /** Go to a moment; back means from the beginning again. */
  seek(seconds: number): void {
    if (seconds < this.at) {
      this.buffer = new RunBuffer(this.uid);
      this.next = 0;
      this.at = 0;
    }
    this.advance(seconds - this.at);
  }
}
