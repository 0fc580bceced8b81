import { useEffect, useMemo, useRef, useState } from "react";
import { type EngineStatus, getStatus } from "../../api/status";
import { bootstrap } from "../../bootstrap";
import { beamlineTopic, useLink, useTopic } from "../../live/hooks";
import { refreshOffers } from "../../live/offers";
import { useResource } from "../../live/resource";
import type { BeamlineState } from "../../live/store";

const POLL_WITHOUT_LINK_MS = 4_000;

function isStatus(payload: unknown): payload is EngineStatus {
  return typeof payload === "object" && payload !== null && "engine_state" in payload;
}

/** Status of the beamline: pushed over the socket, fetched by REST while the socket is away. */
export function useBeamlineState(): BeamlineState {
  const name = bootstrap.beamline?.name ?? null;
  const link = useLink();
  const [pushed, setPushed] = useState<EngineStatus | null>(null);
  const fetched = useResource(name, (signal) => getStatus(name ?? "", signal));
  const { refresh } = fetched;

  useTopic(beamlineTopic("engine"), (payload) => {
    if (isStatus(payload) && !payload.redacted) setPushed(payload);
    else refresh();
  });

  useEffect(() => {
    if (link.state === "live" || !name) return;
    setPushed(null);
    const timer = window.setInterval(refresh, POLL_WITHOUT_LINK_MS);
    return () => window.clearInterval(timer);
  }, [link.state, name, refresh]);

  const status = newest(pushed, fetched.data);
  useFreshOffers(name, status);
  const failure = fetched.error && !pushed ? fetched.error.message : null;
  return useMemo(() => ({ status, failure, refresh }), [status, failure, refresh]);
}

/** A page that was opened before the worker was ready gets the presets once it is, without a reload. */
function useFreshOffers(name: string | null, status: EngineStatus | null): void {
  const isOpen = status?.environment_open;
  const hasOffers = useRef(bootstrap.presets.length > 0);
  useEffect(() => {
    if (!name || isOpen === undefined) return;
    if (isOpen && !hasOffers.current) void refreshOffers(name).catch(() => undefined);
    hasOffers.current = isOpen;
  }, [name, isOpen]);
}

function newest(a: EngineStatus | null, b: EngineStatus | null): EngineStatus | null {
  if (!a || !b) return a ?? b;
  return at(a) >= at(b) ? a : b;
}

function at(status: EngineStatus): number {
  const { server_time: time } = status;
  return typeof time === "number" ? time : Date.parse(time) / 1000 || 0;
}
