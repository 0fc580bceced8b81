import { backoffMs } from "./backoff";
import { type ClientMessage, decode, isRefusal, type ServerMessage } from "./protocol";

export type LinkState = "connecting" | "live" | "delayed" | "offline" | "refused";

export interface Link {
  state: LinkState;
  /** Age of the last message in milliseconds, null before the first. */
  ageMs: number | null;
}

export interface TopicHandlers {
  onMessage: (payload: unknown, seq: number, serverTime: number | string) => void;
  /** The server cannot go on from where we were: fetch by REST, then `resubscribe`. Without it: from the present. */
  onReset?: () => void;
  onError?: (code: string, detail: string) => void;
}

interface Topic {
  handlers: Set<TopicHandlers>;
  seq: number | null;
}

/** The part of WebSocket that is used; tests give their own. */
export interface Socket {
  readyState: number;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: (() => void) | null;
  send(data: string): void;
  close(code?: number): void;
}

export interface Surroundings {
  open: (url: string) => Socket;
  now: () => number;
  random: () => number;
  setTimeout: (run: () => void, ms: number) => number;
  clearTimeout: (id: number) => void;
}

/** With the watch below, a cut link is told within three seconds. */
export const DELAYED_AFTER_MS = 2_700;
export const DEAD_AFTER_MS = 9_000;
const WATCH_EVERY_MS = 250;
const OPEN = 1;

/** A browser can send no header with a socket: the key goes along as the name of a protocol. */
export function protocolsOf(key: string): string[] {
  return key ? ["beamport", `beamport.key.${key}`] : [];
}

export const browser = (key: () => string): Surroundings => ({
  open: (url) => new WebSocket(url, protocolsOf(key())) as unknown as Socket,
  now: () => performance.now(),
  random: Math.random,
  setTimeout: (run, ms) => window.setTimeout(run, ms),
  clearTimeout: (id) => window.clearTimeout(id),
});

/**
 * One socket for the whole tab, many topics on it. Remembers the last sequence number of each topic and asks
 * for what follows it when the connection comes back.
 */
export class LiveClient {
  private readonly topics = new Map<string, Topic>();
  private readonly watchers = new Set<() => void>();
  private socket: Socket | null = null;
  private isWelcome = false;
  private isBehind = false;
  private attempt = 0;
  private lastHeard: number | null = null;
  private retryTimer: number | null = null;
  private watchTimer: number | null = null;
  private isStopped = true;
  private link: Link = { state: "connecting", ageMs: null };

  constructor(
    private readonly url: string,
    private readonly around: Surroundings = browser(() => ""),
  ) {}

  start(): void {
    if (!this.isStopped) return;
    this.isStopped = false;
    this.connect();
    this.watch();
  }

  stop(): void {
    this.isStopped = true;
    if (this.retryTimer !== null) this.around.clearTimeout(this.retryTimer);
    if (this.watchTimer !== null) this.around.clearTimeout(this.watchTimer);
    this.retryTimer = this.watchTimer = null;
    this.drop();
  }

  /** Try again at once, for instance because the browser says that the network is back. */
  retryNow(): void {
    if (this.isStopped || this.socket) return;
    if (this.retryTimer !== null) this.around.clearTimeout(this.retryTimer);
    this.attempt = 0;
    this.connect();
  }

  subscribe(name: string, handlers: TopicHandlers, since: number | null = null): () => void {
    const known = this.topics.get(name);
    const topic: Topic = known ?? { handlers: new Set(), seq: since };
    topic.handlers.add(handlers);
    if (!known) {
      this.topics.set(name, topic);
      this.send({ type: "subscribe", topic: name, since });
    }
    return () => this.leave(name, handlers);
  }

  /** Ask a topic again from a number of our own: what was missed has been fetched up to there. */
  resubscribe(name: string, since: number | null): void {
    const topic = this.topics.get(name);
    if (!topic) return;
    topic.seq = since;
    this.send({ type: "unsubscribe", topic: name });
    this.send({ type: "subscribe", topic: name, since });
  }

  getLink = (): Link => this.link;

  onLink = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  private leave(name: string, handlers: TopicHandlers): void {
    const topic = this.topics.get(name);
    if (!topic?.handlers.delete(handlers) || topic.handlers.size > 0) return;
    this.topics.delete(name);
    this.send({ type: "unsubscribe", topic: name });
  }

  private send(message: ClientMessage): void {
    if (this.isWelcome && this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(message));
  }

  private connect(): void {
    this.retryTimer = null;
    let socket: Socket;
    try {
      socket = this.around.open(this.url);
    } catch {
      this.retryLater();
      return;
    }
    this.socket = socket;
    this.isWelcome = false;
    this.lastHeard = this.around.now();
    socket.onopen = () => {};
    socket.onmessage = (event) => {
      if (this.socket === socket) this.hear(decode(event.data));
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.lost(event.code);
    };
    socket.onerror = () => {};
    this.report();
  }

  /** The server takes commands only after its welcome. */
  private greet(): void {
    this.isWelcome = true;
    for (const [topic, { seq }] of this.topics) this.send({ type: "subscribe", topic, since: seq });
  }

  private hear(message: ServerMessage | null): void {
    this.lastHeard = this.around.now();
    this.attempt = 0;
    this.isBehind = message?.type === "heartbeat" ? Boolean(message.delayed) : this.isBehind;
    if (message?.type === "welcome") this.greet();
    else if (message) this.deliver(message);
    this.report();
  }

  private deliver(message: ServerMessage): void {
    if (!("topic" in message) || !message.topic) return;
    const topic = this.topics.get(message.topic);
    if (!topic) return;
    switch (message.type) {
      case "message":
        topic.seq = message.seq;
        for (const handler of topic.handlers)
          handler.onMessage(message.payload, message.seq, message.server_time);
        break;
      case "reset":
        topic.seq = null;
        for (const handler of topic.handlers) {
          if (handler.onReset) handler.onReset();
          else this.resubscribe(message.topic, null);
        }
        break;
      case "error":
        for (const handler of topic.handlers) handler.onError?.(String(message.code), message.detail);
        break;
      default:
        break;
    }
  }

  private lost(code: number): void {
    this.socket = null;
    this.isWelcome = false;
    if (this.isStopped) return;
    if (isRefusal(code)) {
      this.set({ state: "refused", ageMs: null });
      return;
    }
    this.retryLater();
    this.report();
  }

  private retryLater(): void {
    const wait = backoffMs(this.attempt, this.around.random);
    this.attempt += 1;
    this.retryTimer = this.around.setTimeout(() => this.connect(), wait);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.isWelcome = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private watch(): void {
    this.watchTimer = this.around.setTimeout(() => {
      const age = this.age();
      if (this.socket && age !== null && age > DEAD_AFTER_MS) {
        this.drop();
        this.retryLater();
      }
      this.report();
      this.watch();
    }, WATCH_EVERY_MS);
  }

  private age(): number | null {
    return this.lastHeard === null ? null : this.around.now() - this.lastHeard;
  }

  private report(): void {
    if (this.link.state === "refused" && !this.socket) return;
    this.set({ state: this.stateNow(), ageMs: this.age() });
  }

  private stateNow(): LinkState {
    if (!this.socket) return "offline";
    if (!this.isWelcome) return this.attempt > 0 ? "offline" : "connecting";
    return this.isBehind || (this.age() ?? 0) > DELAYED_AFTER_MS ? "delayed" : "live";
  }

  private set(link: Link): void {
    const isSame = link.state === this.link.state && seconds(link.ageMs) === seconds(this.link.ageMs);
    if (isSame) return;
    this.link = link;
    for (const watcher of this.watchers) watcher();
  }
}

function seconds(ms: number | null): number {
  return ms === null ? -1 : Math.floor(ms / 1000);
}
