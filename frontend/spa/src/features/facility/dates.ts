const MINUTE_MS = 60_000;

/** What a `datetime-local` control shows of a moment: the clock of the browser's place. */
export function asLocal(moment: Date | string | null): string {
  if (moment === null || moment === "") return "";
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
}

/** The moment that a `datetime-local` control means, as the API takes it; null for an empty one. */
export function asMoment(local: string): string | null {
  const date = new Date(local);
  return local === "" || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** The end of a visit of so many days. */
export function endAfter(start: string, days: number): string {
  const date = new Date(start);
  if (Number.isNaN(date.getTime())) return "";
  date.setDate(date.getDate() + days);
  return asLocal(date);
}

/** How long it is from one clock time to another; NaN when either is none. */
export function lengthMs(start: string, end: string): number {
  return new Date(end).getTime() - new Date(start).getTime();
}

/** The clock time so much later. */
export function movedBy(start: string, ms: number): string {
  return asLocal(new Date(new Date(start).getTime() + ms));
}

/** Tomorrow at eight: when a visit begins if nobody says otherwise. */
export function tomorrow(now: Date = new Date()): string {
  const date = new Date(now);
  date.setDate(date.getDate() + 1);
  date.setHours(8, 0, 0, 0);
  return asLocal(date);
}

/** "2026-11-23 08:00 – 2026-11-26 08:00". */
export function span(start: string | null, end: string | null): string {
  const told = (moment: string | null, none: string) => (moment ? asLocal(moment).replace("T", " ") : none);
  return `${told(start, "any time")} – ${told(end, "any time")}`;
}
