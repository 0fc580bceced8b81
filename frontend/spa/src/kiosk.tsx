/** The screen on the wall: opened with a session, or with a key behind `#key=` that this tab alone keeps. */
import "./styles/index.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { request } from "./api/client";
import { bootstrap } from "./bootstrap";
import Kiosk from "./features/dashboards/kiosk";
import { startLive } from "./live/hooks";

const KEPT_AS = "kiosk-key";
const AGAIN_MS = 15_000;

interface Me {
  username: string;
  beamlines: { name: string; title: string; scopes: string[] }[];
}

/** Take the key out of the address, so that nobody reads it off the screen. */
function takeKey(): string {
  const given = new URLSearchParams(window.location.hash.slice(1)).get("key");
  if (given) {
    sessionStorage.setItem(KEPT_AS, given);
    history.replaceState(null, "", window.location.pathname + window.location.search);
  }
  return sessionStorage.getItem(KEPT_AS) ?? "";
}

function say(text: string): void {
  const [page, title, words] = ["main", "h1", "p"].map((name) => document.createElement(name));
  if (!page || !title || !words) return;
  page.className = "plain-page";
  title.textContent = "This board cannot be shown";
  words.textContent = text;
  page.append(title, words);
  document.getElementById("root")?.replaceChildren(page);
}

async function open(root: HTMLElement): Promise<void> {
  bootstrap.key = takeKey();
  const me = await request<Me>("me");
  const asked = new URLSearchParams(window.location.search).get("beamline");
  const place = me.beamlines.find(({ name }) => name === asked) ?? me.beamlines[0];
  if (!place) throw new Error("This key opens no beamline.");
  bootstrap.user = { username: me.username, display_name: "" };
  bootstrap.beamline = { name: place.name, title: place.title };
  bootstrap.scopes = place.scopes;
  startLive();
  createRoot(root).render(
    <StrictMode>
      <Kiosk slug={root.dataset.slug ?? "status"} />
    </StrictMode>,
  );
}

function tryToOpen(root: HTMLElement): void {
  open(root).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    say(`${why} This page tries again by itself. It wants a session, or an address that ends in #key=bp_…`);
    window.setTimeout(() => tryToOpen(root), AGAIN_MS);
  });
}

const root = document.getElementById("root");
if (root) tryToOpen(root);
