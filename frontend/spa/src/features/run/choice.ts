import type { FigureChoice } from "../../api/figures";

/** What the address of a run's page says is drawn. */
export function choiceFrom(search: URLSearchParams, stream: string): FigureChoice {
  return {
    stream: search.get("stream") || stream,
    x: search.get("x") ?? "",
    y: search.getAll("y").filter(Boolean),
    slow: search.get("slow") ?? "",
    per: search.get("per") ?? "",
    log: (search.get("log") ?? "").split(",").filter((name) => ["x", "y", "z"].includes(name)),
  };
}

/** The address with another choice; what is as hinted is not written. */
export function withChoice(search: URLSearchParams, changes: Partial<FigureChoice>): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    if (name === "y") for (const signal of value as string[]) next.append("y", signal);
    else if (Array.isArray(value) && value.length) next.set(name, value.join(","));
    else if (typeof value === "string" && value) next.set(name, value);
  }
  return next;
}

/** With another stream its columns are others too. */
export function withStream(search: URLSearchParams, stream: string): URLSearchParams {
  return withChoice(search, { stream, x: "", y: [], slow: "", per: "", log: [] });
}

/** Options of the export of the figure that is drawn. */
export function exportOptions(choice: FigureChoice): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(choice).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== "")),
  );
}
