import type { PlanDescription, PlanParameter } from "../../api/plans";

/** Where each motor is sent, by name. */
export type Paths = Record<string, number[]>;

const MOST_POINTS = 3000;

function line(start: number, stop: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) =>
    count < 2 ? start : start + ((stop - start) * index) / (count - 1),
  );
}

/** The path of a plan that says motor, start, stop or motor, positions; empty where it cannot be foretold. */
export function pathsOf(plan: PlanDescription, parameters: Record<string, unknown>): Paths {
  const group = plan.parameters.find((parameter) => parameter.repeat?.some((cell) => cell.axis));
  if (!group?.repeat) return {};
  const rows = parameters[group.name];
  if (!Array.isArray(rows) || group.repeat.some((cell) => cell.exponent)) return {};
  const counter = plan.parameters.find((parameter) => parameter.points && parameter.type === "integer");
  const lines = rows.map((row) =>
    axisLine(group.repeat ?? [], row as unknown[], Number(parameters[counter?.name ?? ""])),
  );
  if (lines.some(({ path }) => path.length === 0)) return {};
  const snakes = isSnaked(parameters.snake_axes);
  return group.product
    ? grid(lines, snakes)
    : Object.fromEntries(lines.map(({ motor, path }) => [motor, path]));
}

interface Line {
  motor: string;
  path: number[];
}

function axisLine(cells: PlanParameter[], row: unknown[], shared: number): Line {
  const at = (wanted: (cell: PlanParameter) => boolean) => row[cells.findIndex(wanted)];
  const motor = String(at((cell) => cell.type === "device") ?? "");
  const positions = at((cell) => cell.type === "array");
  if (Array.isArray(positions)) return { motor, path: positions.map(Number).slice(0, MOST_POINTS) };
  const [start, stop] = cells.flatMap((cell, place) => (cell.axis ? [Number(row[place])] : []));
  const own = at((cell) => Boolean(cell.points));
  const count = own === undefined ? shared : Number(own);
  const isKnown = [start, stop, count].every((value) => Number.isFinite(value)) && count >= 1;
  if (!isKnown || start === undefined || stop === undefined) return { motor, path: [] };
  return { motor, path: line(start, stop, Math.min(count, MOST_POINTS)) };
}

function isSnaked(value: unknown): boolean {
  return value === true || (Array.isArray(value) && value.length > 0);
}

/** Every point of the first line with every point of the next; the last line moves fastest. */
function grid(lines: Line[], snakes: boolean): Paths {
  const total = lines.reduce((count, { path }) => count * path.length, 1);
  if (total > MOST_POINTS) return {};
  const paths: Paths = {};
  let inner = total;
  for (const { motor, path } of lines) {
    const round = inner;
    inner /= path.length;
    paths[motor] = Array.from({ length: total }, (_, point) => {
      const place = Math.floor((point % round) / inner);
      const isBack = snakes && round < total && Math.floor(point / round) % 2 === 1;
      return path[isBack ? path.length - 1 - place : place] ?? Number.NaN;
    });
  }
  return paths;
}
