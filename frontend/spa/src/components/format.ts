/** 75 → "1:15", 3700 → "1:01:40"; "–" when unknown. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** How long something takes: short times in seconds, long ones as minutes and hours. */
export function takes(seconds: number): string {
  return seconds < 60 ? `${Number(seconds.toPrecision(2))} s` : duration(seconds);
}

/** A time of day today, else with its date. POSIX seconds or an ISO text. */
export function when(at: number | string | null | undefined, now: Date = new Date()): string {
  if (at === null || at === undefined || at === "") return "–";
  const date = typeof at === "number" ? new Date(at * 1000) : new Date(at);
  if (Number.isNaN(date.getTime())) return "–";
  const clock = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  if (date.toDateString() === now.toDateString()) return clock;
  return `${date.toLocaleDateString("en-CA")} ${clock.slice(0, 5)}`;
}

/** Labels along a time axis: days where they are far apart, times of day where they are near. POSIX seconds. */
export function timeLabels(at: number[]): string[] {
  const step = (at[1] ?? 0) - (at[0] ?? 0);
  return at.map((seconds) => {
    const date = new Date(seconds * 1000);
    if (step >= 86_400) return date.toLocaleDateString("en-CA");
    const clock = date.toLocaleTimeString("en-GB");
    return step < 60 ? clock : clock.slice(0, 5);
  });
}

/** A number as short as it can be read: at most six significant figures. */
export function figure(value: unknown, precision?: number | null): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "object" && "$numberDouble" in value) return String(value.$numberDouble);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return arrayLine(value);
  if (typeof value !== "number") return typeof value === "object" ? compactJson(value) : String(value);
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  if (precision !== undefined && precision !== null) return value.toFixed(precision);
  return measured(value);
}

/** A measured number to six significant figures, from 1e9 on with an exponent: 1.00586e15. */
export function measured(value: number): string {
  const size = Math.abs(value);
  if (value === 0 || !Number.isFinite(value)) return String(value);
  if (size < 1e-4 || size >= 1e9) return value.toExponential(5).replace(/\.?0*e\+?/, "e");
  return String(size >= 1e6 ? Math.round(value) : Number(value.toPrecision(6)));
}

/** A number as far as `scale`, the size of what it is about, lets it mean something: four figures of it. */
export function toScale(value: number | null | undefined, scale: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (!(scale > 0)) return measured(value);
  const step = 10 ** (Math.floor(Math.log10(scale)) - 4);
  const rounded = Number((Math.round(value / step) * step).toPrecision(12));
  return Math.abs(rounded) < 1e-4 ? measured(rounded) : String(rounded);
}

/** An array on one line: its first values, and how many there are. */
export function arrayLine(values: unknown[], first = 6): string {
  const shown = values
    .slice(0, first)
    .map((value) => (Array.isArray(value) ? `[${value.length}]` : figure(value)));
  return values.length > first ? `${shown.join(", ")} … ${values.length} values` : shown.join(", ");
}

export function compactJson(value: unknown, longest = 120): string {
  const text = JSON.stringify(value) ?? "";
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
}

const SPEAK_FOR_THEMSELVES = ["detectors", "args"];

/** Parameters of an item on one line: "det · sx -1 1 · num: 21". The store does not keep their order. */
export function parametersLine(parameters: Record<string, unknown>): string {
  const first = SPEAK_FOR_THEMSELVES.filter((name) => name in parameters);
  const rest = Object.keys(parameters).filter((name) => !first.includes(name));
  return [
    ...first.map((name) => valueLine(parameters[name])),
    ...rest.map((name) => `${name.replaceAll("_", " ")}: ${valueLine(parameters[name])}`),
  ].join(" · ");
}

function valueLine(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueLine).join(" ");
  return figure(value);
}

export const plural = (count: number, one: string, many = `${one}s`) =>
  `${count} ${count === 1 ? one : many}`;
