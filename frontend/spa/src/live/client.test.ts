import { beforeEach, describe, expect, it, vi } from "vitest";
import { BACKOFF, backoffMs } from "./backoff";
import { DEAD_AFTER_MS, DELAYED_AFTER_MS, LiveClient, type Socket } from "./client";

class FakeSocket implements Socket {
  readyState = 1;
  sent: Record<string, unknown>[] = [];
  isClosed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  send(data: string) {
    this.sent.push(JSON.parse(data));
  }
  close() {
    this.isClosed = true;
  }
  hear(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  welcome() {
    this.hear({ type: "welcome", server_time: 0 });
  }
  message(topic: string, seq: number, payload: unknown = {}) {
    this.hear({ type: "message", topic, seq, server_time: 0, payload });
  }
}

let sockets: FakeSocket[];
let client: LiveClient;

function newest(): FakeSocket {
  const socket = sockets.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
}

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  client = new LiveClient("ws://here/ws/", {
    open: () => {
      sockets.push(new FakeSocket());
      return newest();
    },
    now: () => Date.now(),
    random: () => 1,
    setTimeout: (run, ms) => setTimeout(run, ms) as unknown as number,
    clearTimeout: (id) => clearTimeout(id),
  });
  return () => {
    client.stop();
    vi.useRealTimers();
  };
});

describe("the live client", () => {
  it("sends nothing before the welcome, then every topic with where it stands", () => {
    client.subscribe("queue:demo", { onMessage: () => {} });
    client.subscribe("run:u", { onMessage: () => {} }, 41);
    client.start();
    expect(newest().sent).toEqual([]);
    newest().welcome();
    expect(newest().sent).toEqual([
      { type: "subscribe", topic: "queue:demo", since: null },
      { type: "subscribe", topic: "run:u", since: 41 },
    ]);
    expect(client.getLink().state).toBe("live");
  });

  it("asks after a reconnect for what follows the last number it has seen", () => {
    client.start();
    newest().welcome();
    client.subscribe("run:u", { onMessage: () => {} }, -1);
    newest().message("run:u", 17);
    newest().onclose?.({ code: 1006 });
    expect(client.getLink().state).toBe("offline");
    vi.advanceTimersByTime(BACKOFF.firstMs);
    expect(sockets).toHaveLength(2);
    newest().welcome();
    expect(newest().sent).toEqual([{ type: "subscribe", topic: "run:u", since: 17 }]);
  });

  it("gives one topic to many and leaves it with the last", () => {
    const first = vi.fn();
    const second = vi.fn();
    client.start();
    newest().welcome();
    const leaveFirst = client.subscribe("pv:demo", { onMessage: first });
    const leaveSecond = client.subscribe("pv:demo", { onMessage: second });
    newest().message("pv:demo", 1, { values: {} });
    expect(first).toHaveBeenCalledTimes(1);
    expect(second).toHaveBeenCalledTimes(1);
    leaveFirst();
    expect(newest().sent).toHaveLength(1);
    leaveSecond();
    expect(newest().sent.at(-1)).toEqual({ type: "unsubscribe", topic: "pv:demo" });
  });

  it("says delayed when nothing is heard for three seconds, and connects anew when it stays silent", () => {
    client.start();
    newest().welcome();
    vi.advanceTimersByTime(DELAYED_AFTER_MS + 1000);
    expect(client.getLink().state).toBe("delayed");
    newest().hear({ type: "heartbeat", server_time: 0, delayed: false });
    expect(client.getLink().state).toBe("live");
    vi.advanceTimersByTime(DEAD_AFTER_MS + 1000);
    expect(sockets[0]?.isClosed).toBe(true);
    vi.advanceTimersByTime(BACKOFF.longestMs);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it("says delayed when the server itself hears nothing", () => {
    client.start();
    newest().welcome();
    newest().hear({ type: "heartbeat", server_time: 0, delayed: true });
    expect(client.getLink().state).toBe("delayed");
  });

  it("waits longer after each failure, up to a limit", () => {
    const waits = Array.from({ length: 10 }, (_, attempt) => backoffMs(attempt, () => 1));
    expect(waits.slice(0, 3)).toEqual([400, 800, 1600]);
    expect(waits.at(-1)).toBe(BACKOFF.longestMs);
    expect(backoffMs(3, () => 0)).toBe(backoffMs(3, () => 1) / 2);
  });

  it("does not come back when nobody is signed in any more", () => {
    client.start();
    newest().welcome();
    newest().onclose?.({ code: 4401 });
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(client.getLink().state).toBe("refused");
  });

  it("starts a topic from the present after a reset, unless its hearer fetches first", () => {
    const onReset = vi.fn();
    client.start();
    newest().welcome();
    client.subscribe("queue:demo", { onMessage: () => {} });
    client.subscribe("run:u", { onMessage: () => {}, onReset }, 5);
    newest().hear({ type: "reset", topic: "queue:demo" });
    newest().hear({ type: "reset", topic: "run:u" });
    expect(newest().sent.slice(2)).toEqual([
      { type: "unsubscribe", topic: "queue:demo" },
      { type: "subscribe", topic: "queue:demo", since: null },
    ]);
    expect(onReset).toHaveBeenCalledTimes(1);
  });

  it("takes no notice of text that is no message", () => {
    client.start();
    newest().welcome();
    newest().onmessage?.({ data: "{" });
    newest().onmessage?.({ data: "[1]" });
    expect(client.getLink().state).toBe("live");
  });
});
