import { useSyncExternalStore } from "react";

export type ThemeChoice = "auto" | "light" | "dark";
export type Theme = { choice: ThemeChoice; applied: "light" | "dark" };

const DARK = "(prefers-color-scheme: dark)";
const YEAR_S = 31_536_000;
const watchers = new Set<() => void>();
let current: Theme = read();

function read(): Theme {
  const attribute = document.documentElement.dataset.theme;
  const choice: ThemeChoice = attribute === "light" || attribute === "dark" ? attribute : "auto";
  const isDark = choice === "dark" || (choice === "auto" && Boolean(window.matchMedia?.(DARK).matches));
  return { choice, applied: isDark ? "dark" : "light" };
}

function changed(): void {
  current = read();
  for (const watcher of watchers) watcher();
}

window.matchMedia?.(DARK).addEventListener("change", changed);

/** The cookie of the choice; over TLS it goes back by TLS alone, and no other host can set it. */
export function themeCookie(choice: ThemeChoice, isSecure: boolean): string {
  const [name, secure] = isSecure ? ["__Host-theme", "; secure"] : ["theme", ""];
  return `${name}=${choice}; path=/; max-age=${YEAR_S}; samesite=lax${secure}`;
}

/** Keep the choice in a cookie, so that the server sends the next page in the right colours at once. */
export function chooseTheme(choice: ThemeChoice): void {
  document.documentElement.dataset.theme = choice;
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = themeCookie(choice, window.location.protocol === "https:");
  changed();
}

export function useTheme(): Theme {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => current,
  );
}
