import type { Document } from "../../api/runs";
import { inWords, isTechnical } from "../run/metadata_words";

/** What never tells two measurements apart in a way that anybody looks for. */
const OF_EACH_RUN = new Set(["uid", "time", "scan_id", "item_uid"]);
const DEEPEST = 4;

function leaves(value: unknown, path: string, into: Map<string, string>, depth = 0): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value) && depth < DEEPEST) {
    for (const [key, inner] of Object.entries(value))
      leaves(inner, path ? `${path}.${key}` : key, into, depth + 1);
    return;
  }
  into.set(
    path,
    Array.isArray(value) ? inWords(path, value) : typeof value === "string" ? value : JSON.stringify(value),
  );
}

/** One key of the metadata and its text in each run; null where a run has none. */
export interface Difference {
  key: string;
  values: (string | null)[];
}

/** Keys whose values are not the same in all runs, by name; what programs wrote comes last. */
export function differences(starts: Document[]): Difference[] {
  const flat = starts.map((start) => {
    const into = new Map<string, string>();
    for (const [key, value] of Object.entries(start)) if (!OF_EACH_RUN.has(key)) leaves(value, key, into);
    return into;
  });
  const keys = [...new Set(flat.flatMap((one) => [...one.keys()]))].sort(
    (a, b) => Number(isTechnical(a)) - Number(isTechnical(b)) || a.localeCompare(b),
  );
  return keys
    .map((key) => ({ key, values: flat.map((one) => one.get(key) ?? null) }))
    .filter(({ values }) => new Set(values).size > 1);
}
