import type { Document } from "../../api/runs";
import { compactJson } from "../../components/format";

/** Keys that programs write for programs. */
const TECHNICAL =
  /^(hints|item_uid|num_intervals|plan_args|plan_pattern\w*|plan_type|uid|versions|extents|snaking|shape)$/;

/** Whether a key, or the part of one before its first dot, is of no interest to people at first. */
export const isTechnical = (key: string) => TECHNICAL.test(key.split(".", 1)[0] ?? key);

/** Entries in the order of their names: what people ask for, and what programs wrote. */
export function inTwo(metadata: Document): [[string, unknown][], [string, unknown][]] {
  const entries = Object.entries(metadata).sort(([a], [b]) => a.localeCompare(b));
  return [entries.filter(([name]) => !isTechnical(name)), entries.filter(([name]) => isTechnical(name))];
}

/** A value as people read it: lists of words without brackets, the start of the run with its date. */
export function inWords(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (name === "time" && typeof value === "number") {
    const date = new Date(value * 1000);
    return Number.isNaN(date.getTime())
      ? String(value)
      : `${date.toISOString().slice(0, 19).replace("T", " ")} UTC (${value})`;
  }
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one !== "object"))
    return value.join(", ");
  return compactJson(value).replaceAll('"', "");
}
