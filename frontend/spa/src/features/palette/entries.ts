import type { IconName } from "../../components/icons";

/** Something that the palette offers. */
export interface Entry {
  id: string;
  kind: "page" | "action" | "preset" | "plan" | "device" | "run";
  title: string;
  detail?: string;
  icon: IconName;
  to?: string;
  act?: () => void;
}

const KINDS: Entry["kind"][] = ["action", "page", "preset", "plan", "device", "run"];

/** How well a text answers what was typed; zero when a word of it is missing. */
export function score(entry: Pick<Entry, "title" | "detail">, typed: string): number {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const title = entry.title.toLowerCase();
  const detail = (entry.detail ?? "").toLowerCase();
  let total = 1;
  for (const word of words) {
    const found = rate(title, word) || (detail.includes(word) ? 1 : 0);
    if (!found) return 0;
    total += found;
  }
  return title === typed.trim().toLowerCase() ? total + 20 : total;
}

function rate(title: string, word: string): number {
  if (title.startsWith(word)) return 8;
  if (new RegExp(`[\\s_./-]${escaped(word)}`).test(title)) return 6;
  if (title.includes(word)) return 4;
  return isSpread(title, word) ? 2 : 0;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** The letters of the word come in the title, in order, as in "gsc" of "grid_scan". */
function isSpread(title: string, word: string): boolean {
  if (word.length < 3) return false;
  let place = 0;
  for (const letter of title) if (letter === word[place]) place += 1;
  return place === word.length;
}

/** The entries that answer, the best first; without anything typed pages and actions. */
export function answers(entries: Entry[], typed: string, most = 12): Entry[] {
  const wanted = typed.trim();
  if (!wanted) return entries.filter(({ kind }) => kind === "page" || kind === "action").slice(0, most + 8);
  return entries
    .map((entry) => ({ entry, points: entry.kind === "run" ? 3 : score(entry, wanted) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points || KINDS.indexOf(a.entry.kind) - KINDS.indexOf(b.entry.kind))
    .slice(0, most)
    .map(({ entry }) => entry);
}
