import { LiveClient, protocolsOf, type Socket } from "../live/client";

/** The Beamport that a component asks, and with which key; without one it is shown what is published for everybody. */
export interface Site {
  base: string;
  get: <T>(path: string, signal?: AbortSignal) => Promise<T>;
  blob: (path: string, signal?: AbortSignal) => Promise<Blob>;
  live: LiveClient;
}

const sites = new Map<string, Site>();

/** One site, and one socket, for all components of a page that ask the same with the same key. */
export function siteOf(base: string, key: string): Site {
  const name = `${base} ${key}`;
  const known = sites.get(name);
  if (known) return known;
  const site = newSite(base.replace(/\/+$/, ""), key);
  sites.set(name, site);
  return site;
}

function newSite(base: string, key: string): Site {
  const ask = async (path: string, signal?: AbortSignal): Promise<Response> => {
    const response = await fetch(`${base}/api/v1/${path}`, {
      headers: key ? { Authorization: `ApiKey ${key}` } : {},
      credentials: "omit",
      mode: "cors",
      ...(signal && { signal }),
    });
    if (!response.ok) throw new Error(await reasonOf(response));
    return response;
  };
  const live = new LiveClient(`${base.replace(/^http/, "ws")}/ws/`, {
    open: (url) => new WebSocket(url, protocolsOf(key)) as unknown as Socket,
    now: () => performance.now(),
    random: Math.random,
    setTimeout: (run, ms) => window.setTimeout(run, ms),
    clearTimeout: (id) => window.clearTimeout(id),
  });
  if (key) live.start();
  return {
    base,
    get: async <T>(path: string, signal?: AbortSignal) => (await (await ask(path, signal)).json()) as T,
    blob: async (path, signal) => (await ask(path, signal)).blob(),
    live,
  };
}

async function reasonOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => null)) as { detail?: unknown } | null;
  return typeof body?.detail === "string" ? body.detail : `Beamport answered with status ${response.status}.`;
}
