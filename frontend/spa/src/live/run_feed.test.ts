import { describe, expect, it, vi } from "vitest";
import type { RunDocument } from "../api/runs";
import type { LiveClient, TopicHandlers } from "./client";
import { RunFeed } from "./run_feed";
import { mainStream } from "./streams";

const event = (seq: number): RunDocument => [
  seq + 1,
  "event",
  { descriptor: "d", seq_num: seq, time: seq, data: { det: seq * 10 } },
];

const ALL: RunDocument[] = [
  [0, "start", { uid: "u", time: 0 }],
  [1, "descriptor", { uid: "d", name: "primary", data_keys: { det: {} } }],
  ...[1, 2, 3, 4, 5, 6].map(event),
];

function follow(upTo: { count: number }) {
  const topic: { handlers?: TopicHandlers; since?: number | null } = {};
  const client = {
    subscribe: (_name: string, handlers: TopicHandlers, since: number | null) => {
      Object.assign(topic, { handlers, since });
      return () => {};
    },
    resubscribe: vi.fn(),
  };
  const fetch = vi.fn((_uid: string, since: number) =>
    Promise.resolve(ALL.slice(0, upTo.count).filter(([ordinal]) => ordinal > since)),
  );
  const feed = new RunFeed("u", client as unknown as LiveClient, fetch, (run) => {
    queueMicrotask(run);
    return 1;
  });
  feed.start();
  return { feed, topic, fetch, client };
}

const det = (feed: RunFeed) => mainStream(feed.buffer)?.columns.get("det");

describe("the feed of a run", () => {
  it("fetches what there is, then follows from there", async () => {
    const { feed, topic } = follow({ count: 4 });
    await vi.waitFor(() => expect(topic.since).toBe(3));
    expect(det(feed)).toEqual([10, 20]);
    topic.handlers?.onMessage({ run: "u", first: 4, last: 4, documents: [event(3)] }, 4, 0);
    expect(det(feed)).toEqual([10, 20, 30]);
  });

  it("fetches what was missed when a hole shows, and misses no point", async () => {
    const stored = { count: 4 };
    const { feed, topic } = follow(stored);
    await vi.waitFor(() => expect(topic.since).toBe(3));
    stored.count = 7;
    topic.handlers?.onMessage({ run: "u", first: 7, last: 7, documents: [event(6)] }, 7, 0);
    await vi.waitFor(() => expect(det(feed)).toEqual([10, 20, 30, 40, 50, 60]));
  });

  it("fetches and subscribes anew after a reset", async () => {
    const stored = { count: 4 };
    const { feed, topic, client } = follow(stored);
    await vi.waitFor(() => expect(topic.since).toBe(3));
    stored.count = 8;
    topic.handlers?.onReset?.();
    await vi.waitFor(() => expect(client.resubscribe).toHaveBeenCalledWith("run:u", 7));
    expect(det(feed)).toHaveLength(6);
  });

  it("can be stopped and started again", async () => {
    const { feed, topic } = follow({ count: 4 });
    feed.stop();
    feed.start();
    await vi.waitFor(() => expect(topic.since).toBeDefined());
    topic.handlers?.onMessage({ run: "u", first: 0, last: 3, documents: ALL.slice(0, 4) }, 3, 0);
    await vi.waitFor(() => expect(det(feed)).toEqual([10, 20]));
  });

  it("keeps what it has and says why when fetching fails", async () => {
    const { feed, topic, fetch } = follow({ count: 4 });
    await vi.waitFor(() => expect(topic.since).toBe(3));
    fetch.mockRejectedValueOnce(new Error("the server cannot be reached"));
    topic.handlers?.onReset?.();
    await vi.waitFor(() => expect(feed.failure).toBe("the server cannot be reached"));
    expect(det(feed)).toEqual([10, 20]);
  });
});
