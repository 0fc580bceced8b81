import { bootstrap, readBootstrap } from "../bootstrap";
import { live } from "./hooks";

export type Return = "signed out" | "back" | "somebody else";

/**
 * Look whether the person is signed in again, as in another tab: then take the new token for forms and connect
 * the socket again, so that the page goes on where it stood. Somebody else gets a page of their own.
 */
export async function lookForSession(
  ask: (address: string) => Promise<Response> = (address) => fetch(address, { credentials: "same-origin" }),
  goOn: () => void = () => live.retryNow(),
): Promise<Return> {
  const response = await ask(window.location.pathname);
  if (!response.ok || new URL(response.url, window.location.href).pathname === "/login") return "signed out";
  const found = readBootstrap(new DOMParser().parseFromString(await response.text(), "text/html"));
  if (!found.user.username) return "signed out";
  if (found.user.username !== bootstrap.user.username) return "somebody else";
  Object.assign(bootstrap, { csrf_token: found.csrf_token, scopes: found.scopes });
  goOn();
  return "back";
}
