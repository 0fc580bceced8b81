import { token } from "./tokens";

const COLOURS = 5;

/** Of colours taken for the second, third and fourth time, as `frontend/figures` dashes them. */
const DASHES = ["", "6 3", "2 2", "6 2 2 2"];

const nameOf = (colour: number) => `--series-${((colour - 1) % COLOURS) + 1}`;

/** The colours of lines, in their order, as the theme has them now. */
export const seriesColours = () => Array.from({ length: COLOURS }, (_, index) => token(nameOf(index + 1)));

/** The traces with the theme's colour where the server says which one (`meta.colour`). */
export function inThemeColours(traces: Record<string, unknown>[]): Record<string, unknown>[] {
  return traces.map((trace) => {
    const colour = colourOf(trace);
    return colour ? { ...trace, line: { ...(trace.line as object), color: token(nameOf(colour)) } } : trace;
  });
}

/** Which colour the server gave the line; null: as it comes. */
export function colourOf(trace: Record<string, unknown>): number | null {
  const { colour } = (trace.meta ?? {}) as { colour?: unknown };
  return typeof colour === "number" ? colour : null;
}

/** A piece of a line as the figure draws it. */
export function LineChip({ colour }: { colour: number }) {
  const dash = DASHES[Math.floor((colour - 1) / COLOURS) % DASHES.length];
  return (
    <svg className="line-chip" viewBox="0 0 22 8" aria-hidden="true" data-colour={colour}>
      <line
        x1="0"
        y1="4"
        x2="22"
        y2="4"
        style={{ stroke: `var(${nameOf(colour)})` }}
        strokeDasharray={dash}
      />
    </svg>
  );
}
