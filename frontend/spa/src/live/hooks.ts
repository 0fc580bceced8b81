import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { getDocuments } from "../api/runs";
import { bootstrap } from "../bootstrap";
import { browser, type Link, LiveClient } from "./client";
import { RunFeed } from "./run_feed";

function socketUrl(): string {
  const scheme = window.location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${window.location.host}/ws/`;
}

export const live = new LiveClient(
  socketUrl(),
  browser(() => bootstrap.key ?? ""),
);

export function startLive(): void {
  live.start();
  window.addEventListener("online", () => live.retryNow());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") live.retryNow();
  });
}

export function useLink(): Link {
  return useSyncExternalStore(live.onLink, live.getLink);
}

/** Name of a topic of the chosen beamline. */
export function beamlineTopic(
  kind: "queue" | "engine" | "pv" | "console" | "live" | "notices" | "log" | "presence",
): string {
  return bootstrap.beamline ? `${kind}:${bootstrap.beamline.name}` : "";
}

/** Hear a topic as long as the component stands; the handler may change without subscribing anew. */
export function useTopic(topic: string, onMessage: (payload: unknown, seq: number) => void): void {
  const latest = useRef(onMessage);
  useEffect(() => {
    latest.current = onMessage;
  });
  useEffect(() => {
    if (!topic) return;
    return live.subscribe(topic, { onMessage: (payload, seq) => latest.current(payload, seq) });
  }, [topic]);
}

/** Follow one run; the component is drawn again at most once a frame while documents come. */
export function useRun(uid: string | null): RunFeed | null {
  const feed = useMemo(
    () => (uid ? new RunFeed(uid, live, (run, since, signal) => getDocuments(run, since, signal)) : null),
    [uid],
  );
  const [, redraw] = useState(0);
  useEffect(() => {
    if (!feed) return;
    const leave = feed.watch(() => redraw((count) => count + 1));
    feed.start();
    return () => {
      leave();
      feed.stop();
    };
  }, [feed]);
  return feed;
}
