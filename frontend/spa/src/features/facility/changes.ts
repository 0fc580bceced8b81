import { figure, takes } from "../../components/format";
import { spoken } from "./roles";

/** One thing that an act changed: what it was and what it is, in words; one of them where there was no other. */
export interface Change {
  name: string;
  was: string | null;
  is: string | null;
}

type Leaves = Map<string, { key: string; value: unknown }>;

const DEEPEST = 4;
const BETWEEN = " › ";
/** By what a list of things is told apart, the first that each of them has. */
const KEYS = ["username", "uid", "name", "number", "key"];
const FIRST = ["name", "title", "plan", "starts_at", "ends_at"];
const WORDS = new Set(["role", "state", "audience", "effect", "act", "kind", "outcome"]);
const UID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/**
 * What differs between two values of an audit entry, key by key. What was only added or taken away is told
 * without its empty parts, and without those that `told` says elsewhere.
 */
export function changesOf(before: unknown, after: unknown, told: string[] = []): Change[] {
  const [was, is] = [leavesOf(before), leavesOf(after)];
  const isWhole = isAbsent(before) || isAbsent(after);
  const changes: Change[] = [];
  for (const name of new Set([...is.keys(), ...was.keys()])) {
    const [old, fresh] = [was.get(name), is.get(name)];
    if (JSON.stringify(old?.value) === JSON.stringify(fresh?.value)) continue;
    if (isWhole && isTold(old ?? fresh, told)) continue;
    changes.push(changeOf(name, (fresh ?? old)?.key ?? name, old?.value, fresh?.value));
  }
  return changes;
}

function changeOf(name: string, key: string, old: unknown, fresh: unknown): Change {
  if (isPlainList(old) && isPlainList(fresh)) {
    const [gone, come] = [without(old, fresh), without(fresh, old)];
    if (gone.length + come.length > 0)
      return {
        name,
        was: gone.length ? inWords(key, gone) : null,
        is: come.length ? inWords(key, come) : null,
      };
  }
  return {
    name,
    was: isEmpty(old) ? null : inWords(key, old),
    is: fresh === undefined ? null : inWords(key, fresh),
  };
}

/** A value as a person reads it; `key` tells what it is of. */
export function inWords(key: string, value: unknown): string {
  if (isEmpty(value)) return "none";
  if (Array.isArray(value)) return value.map((one) => inWords(key, one)).join(", ");
  if (typeof value === "number") return key.endsWith("_s") ? takes(value) : figure(value);
  if (typeof value !== "string") return typeof value === "object" ? JSON.stringify(value) : figure(value);
  if (MOMENT.test(value)) return moment(value);
  if (UID.test(value)) return short(value);
  return WORDS.has(key) ? spoken(value) : value;
}

/** "2026-11-23T08:00:00Z" → "23 November 2026, 08:00", by the clock of the browser's place. */
export function moment(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const day = date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
  return `${day}, ${date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}`;
}

/** A uid by its first letters; anything else as it is. */
export const short = (id: string) => (UID.test(id) ? `${id.slice(0, 8)}…` : id);

function leavesOf(value: unknown): Leaves {
  const leaves: Leaves = new Map();
  gather(leaves, "", "", value, 0);
  return leaves;
}

function gather(leaves: Leaves, path: string, key: string, value: unknown, depth: number): void {
  const parts = depth < DEEPEST ? partsOf(value) : null;
  if (parts === null) {
    if (path || !isAbsent(value)) leaves.set(path, { key, value });
    return;
  }
  for (const [name, part, itsKey] of parts)
    gather(leaves, path ? path + BETWEEN + name : name, itsKey, part, depth + 1);
}

/** The parts of a thing or of a list of things, each with its name and key; null of what has none. */
function partsOf(value: unknown): [name: string, part: unknown, key: string][] | null {
  if (isThing(value) && Object.keys(value).length > 0)
    return Object.entries(value)
      .sort(([one], [other]) => placeOf(one) - placeOf(other))
      .map(([key, part]) => [nameOf(key), part, key]);
  if (!Array.isArray(value) || value.length === 0 || !value.every(isThing)) return null;
  const key = KEYS.find((one) => value.every((thing) => typeof thing[one] === "string"));
  return key === undefined ? null : value.map((thing) => namedPart(thing, key));
}

/** Where a key stands in the line; the database keeps keys by their length. */
function placeOf(key: string): number {
  const at = FIRST.indexOf(key);
  return at < 0 ? FIRST.length : at;
}

/** One of a list: its name, and what else it holds; a single value stands for itself. */
function namedPart(thing: Record<string, unknown>, by: string): [string, unknown, string] {
  const { [by]: id, display_name: called, ...rest } = thing;
  const name = called && called !== id ? `${called} (${id})` : short(String(id));
  const [first, ...more] = Object.entries(rest);
  if (first === undefined) return [name, true, by];
  return more.length === 0 ? [name, first[1], first[0]] : [name, rest, by];
}

/** "is_archived" → "archived", "starts_at" → "starts", "settle_time_s" → "settle time". */
const nameOf = (key: string) => spoken(key.replace(/^is_/, "").replace(/_(at|s)$/, "")) || key;

const isAbsent = (value: unknown) => value === null || value === undefined;
const isThing = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isPlainList = (value: unknown): value is unknown[] =>
  Array.isArray(value) && value.every((one) => typeof one !== "object");
const without = (values: unknown[], others: unknown[]) => values.filter((one) => !others.includes(one));

function isEmpty(value: unknown): boolean {
  if (isAbsent(value) || value === "") return true;
  return Array.isArray(value) ? value.length === 0 : isThing(value) && Object.keys(value).length === 0;
}

function isTold(leaf: { key: string; value: unknown } | undefined, told: string[]): boolean {
  return (
    leaf === undefined || isEmpty(leaf.value) || leaf.value === false || told.includes(String(leaf.value))
  );
}
