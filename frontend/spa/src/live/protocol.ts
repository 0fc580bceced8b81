/** The messages of the socket, as realtime/protocol.py sends and takes them. */

export type ClientMessage =
  | { type: "subscribe"; topic: string; since: number | null }
  | { type: "unsubscribe"; topic: string }
  | { type: "ping"; n: number };

export type ServerMessage =
  | { type: "welcome"; server_time: number | string }
  | { type: "subscribed"; topic: string; seq: number | null }
  | { type: "message"; topic: string; seq: number; server_time: number | string; payload: unknown }
  | { type: "reset"; topic: string }
  | { type: "error"; topic?: string; code: string | number; detail: string }
  | { type: "pong"; n: number }
  | { type: "heartbeat"; server_time: number | string; delayed?: boolean };

export function decode(data: unknown): ServerMessage | null {
  if (typeof data !== "string") return null;
  try {
    const message = JSON.parse(data) as { type?: unknown };
    return typeof message === "object" && message !== null && typeof message.type === "string"
      ? (message as ServerMessage)
      : null;
  } catch {
    return null;
  }
}

/** Close codes after which coming back at once cannot help: nobody is signed in any more. */
export function isRefusal(code: number): boolean {
  return code === 4401;
}
