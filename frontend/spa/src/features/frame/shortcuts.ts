import { PLACES } from "./places";

/** One thing that a key, or two keys after each other, do. */
export interface Shortcut {
  /** As it is written: "Ctrl+K", "?" or "g q". */
  keys: string;
  title: string;
  group: "Everywhere" | "Go to" | "Beamline";
  /** The page it opens. */
  to?: string;
  /** The button it presses: the one with this `data-shortcut`. */
  presses?: string;
  does?: "palette" | "search" | "theme";
}

export const SHORTCUTS: Shortcut[] = [
  {
    keys: "Ctrl+K",
    title: "Find pages, plans, devices, runs and actions",
    group: "Everywhere",
    does: "palette",
  },
  { keys: "?", title: "Show this help", group: "Everywhere", to: "/help" },
  { keys: "/", title: "Go to the search field of the page", group: "Everywhere", does: "search" },
  {
    keys: "Shift+D",
    title: "Change between the light and the dark theme",
    group: "Everywhere",
    does: "theme",
  },
  { keys: "Shift+N", title: "Show the notices", group: "Everywhere", presses: "notices" },
  { keys: "Shift+P", title: "Pause what runs, or resume it", group: "Beamline", presses: "pause" },
  { keys: "Shift+A", title: "Ask to abort what runs", group: "Beamline", presses: "abort" },
  { keys: "Shift+C", title: "Take, ask for or release control", group: "Beamline", presses: "control" },
  ...PLACES.map(({ path, text, key }) => ({
    keys: `g ${key}`,
    title: text,
    group: "Go to" as const,
    to: path,
  })),
];

/** The part of a keyboard event that counts. */
export interface Stroke {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** How a stroke is written in the table; empty for one that can be none. */
export function written({ key, ctrlKey, metaKey, altKey }: Stroke): string {
  if (altKey || key.length !== 1) return "";
  if (ctrlKey || metaKey) return `Ctrl+${key.toUpperCase()}`;
  const isLetter = key.toLowerCase() !== key.toUpperCase();
  return isLetter && key === key.toUpperCase() ? `Shift+${key}` : key;
}

export interface Step {
  shortcut: Shortcut | null;
  /** First key of two, waiting for the second. */
  pending: string;
}

/** What a stroke comes to, given the key before it. */
export function step(pending: string, stroke: Stroke, hasSingleKeys: boolean): Step {
  const key = written(stroke);
  if (!key || (!hasSingleKeys && !key.startsWith("Ctrl+"))) return { shortcut: null, pending: "" };
  const found = (keys: string) => SHORTCUTS.find((one) => one.keys === keys) ?? null;
  const shortcut = (pending ? found(`${pending} ${key}`) : null) ?? found(key);
  if (shortcut) return { shortcut, pending: "" };
  const isFirst = SHORTCUTS.some((one) => one.keys.startsWith(`${key} `));
  return { shortcut: null, pending: isFirst ? key : "" };
}

/** Keys typed into a field are text; those with Ctrl are not. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

const KEPT_AS = "single-key-shortcuts";

/** People who speak to their computer, or whose hands slip, switch the single keys off. */
export function hasSingleKeys(): boolean {
  try {
    return localStorage.getItem(KEPT_AS) !== "off";
  } catch {
    return true;
  }
}

export function setSingleKeys(isOn: boolean): void {
  try {
    localStorage.setItem(KEPT_AS, isOn ? "on" : "off");
  } catch {
    // A browser that keeps nothing has them on.
  }
}
