/** The messages of the socket; their types are written from realtime/protocol.py. */

import type { ServerMessage } from "./generated";

export type { ClientMessage, ServerMessage } from "./generated";

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
