import type { RunDocument } from "../api/runs";
import type { LiveClient } from "./client";
import { RunBuffer, type RunPayload } from "./run_buffer";

export type FetchDocuments = (uid: string, since: number, signal: AbortSignal) => Promise<RunDocument[]>;

const PAGE_LIMIT = 400;
/** Documents from which on drawing all of them takes a good part of a frame: then ten times a second will do. */
const LONG_RUN = 20_000;
const LONG_RUN_PAUSE_MS = 100;

/**
 * Keeps one run's buffer whole: live messages as they come, REST for whatever is missing before them.
 * Watchers are told at most once per animation frame.
 */
export class RunFeed {
  readonly buffer: RunBuffer;
  private readonly watchers = new Set<() => void>();
  private abort = new AbortController();
  private waiting: RunPayload[] = [];
  private isFetching = false;
  private frame: number | null = null;
  private leave: () => void = () => {};
  failure: string | null = null;
  version = 0;

  constructor(
    uid: string,
    private readonly client: LiveClient,
    private readonly fetchDocuments: FetchDocuments,
    private readonly nextFrame: (run: () => void, pauseMs: number) => number = afterPause,
  ) {
    this.buffer = new RunBuffer(uid);
  }

  start(): void {
    this.abort = new AbortController();
    const { signal } = this.abort;
    void this.fetch().then(() => signal.aborted || this.follow());
  }

  stop(): void {
    this.abort.abort();
    this.leave();
    this.leave = () => {};
  }

  watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  getVersion = (): number => this.version;

  private get topic(): string {
    return `run:${this.buffer.uid}`;
  }

  private follow(): void {
    const handlers = {
      onMessage: (payload: unknown) => this.take(payload as RunPayload),
      onReset: () =>
        void this.fetch().then(() => this.client.resubscribe(this.topic, this.buffer.lastOrdinal)),
      onError: (_code: string, detail: string) => this.fail(detail),
    };
    this.leave = this.client.subscribe(this.topic, handlers, this.buffer.lastOrdinal);
  }

  private take(payload: RunPayload): void {
    this.failure = null;
    if (this.isFetching) {
      this.waiting.push(payload);
      return;
    }
    if (this.buffer.apply(payload) === "gap") {
      this.waiting.push(payload);
      void this.fetch();
    }
    this.tell();
  }

  private async fetch(): Promise<void> {
    if (this.isFetching || this.abort.signal.aborted) return;
    this.isFetching = true;
    try {
      await this.fetchAll();
      this.failure = null;
    } catch (error) {
      if (!this.abort.signal.aborted) this.fail(error instanceof Error ? error.message : String(error));
    } finally {
      this.isFetching = false;
      const waiting = this.waiting;
      this.waiting = [];
      for (const payload of waiting) this.buffer.apply(payload);
      this.tell();
    }
  }

  private async fetchAll(): Promise<void> {
    for (let page = 0; page < PAGE_LIMIT; page += 1) {
      const before = this.buffer.lastOrdinal;
      const documents = await this.fetchDocuments(this.buffer.uid, before, this.abort.signal);
      const last = documents.at(-1)?.[0];
      if (last === undefined) return;
      this.buffer.apply({ run: this.buffer.uid, first: before + 1, last, documents });
      this.tell();
      if (this.buffer.lastOrdinal === before) return;
    }
  }

  private fail(detail: string): void {
    this.failure = detail;
    this.tell();
  }

  private tell(): void {
    if (this.frame !== null) return;
    this.frame = this.nextFrame(
      () => {
        this.frame = null;
        this.version += 1;
        for (const watcher of this.watchers) watcher();
      },
      this.buffer.lastOrdinal > LONG_RUN ? LONG_RUN_PAUSE_MS : 0,
    );
  }
}

function afterPause(run: () => void, pauseMs: number): number {
  if (pauseMs === 0) return requestAnimationFrame(run);
  return window.setTimeout(() => requestAnimationFrame(run), pauseMs);
}
