/** How the positions of one loop are laid out. */
export type Spacing = "linear" | "log" | "list";

/** One loop of a scan, as typed. */
export interface Loop {
  motor: string;
  spacing: Spacing;
  start: string;
  stop: string;
  num: string;
  positions: string;
}

/** Loops from the slowest to the fastest, and what is read inside. */
export interface Built {
  detectors: string[];
  loops: Loop[];
  isRelative: boolean;
  /** Every other pass of an inner loop goes back the way it came. */
  snakes: boolean;
  /** Counts, where there is no loop. */
  num: string;
  /** Seconds: between counts, and with loops at each point before it is read. */
  delay: string;
}

export interface PlanCall {
  plan: string;
  parameters: Record<string, unknown>;
}

export const NEW_LOOP: Loop = { motor: "", spacing: "linear", start: "", stop: "", num: "", positions: "" };
const MOST_POINTS = 100_000;

export function positionsOf(loop: Loop): number[] | string {
  if (loop.spacing === "list") return listed(loop.positions);
  const [start, stop, num] = [loop.start, loop.stop, loop.num].map((text) => numberOf(text));
  if (start === undefined || stop === undefined) return "start and stop have to be numbers";
  if (num === undefined || !Number.isInteger(num) || num < 1 || num > MOST_POINTS)
    return "points has to be a whole number from 1 on";
  if (loop.spacing === "linear") return spaced(start, stop, num);
  if (start <= 0 || stop <= 0) return "start and stop of a logarithmic loop are above 0";
  return spaced(Math.log(start), Math.log(stop), num).map((at, place) =>
    place === 0 ? start : place === num - 1 ? stop : Number(Math.exp(at).toPrecision(12)),
  );
}

function listed(text: string): number[] | string {
  const words = text.split(/[\s,;]+/).filter(Boolean);
  const found = words.map(Number);
  if (found.length === 0) return "positions are needed, with spaces or commas between them";
  const bad = words.find((_, place) => !Number.isFinite(found[place]));
  return bad === undefined ? found : `“${bad}” is no number`;
}

function numberOf(text: string): number | undefined {
  const plain = text.trim().replace(/^−/, "-");
  const value = Number(plain);
  return plain === "" || !Number.isFinite(value) ? undefined : value;
}

function spaced(start: number, stop: number, num: number): number[] {
  const step = num > 1 ? (stop - start) / (num - 1) : 0;
  return Array.from({ length: num }, (_, place) =>
    place === num - 1 && num > 1 ? stop : start + place * step,
  );
}

/** What is wrong with each loop; none where it can be run. */
export function faultsOf(built: Built): string[] {
  const faults: string[] = [];
  if (built.detectors.length === 0) faults.push("Choose at least one detector.");
  built.loops.forEach((loop, index) => {
    const positions = positionsOf(loop);
    const name = loop.motor || `loop ${index + 1}`;
    if (!loop.motor) faults.push(`Loop ${index + 1}: choose what moves.`);
    if (typeof positions === "string") faults.push(`${name}: ${positions}.`);
  });
  const delay = built.delay.trim() === "" ? 0 : numberOf(built.delay);
  if (delay === undefined || delay < 0) faults.push("The delay has to be a number of seconds, 0 or more.");
  const motors = built.loops.map(({ motor }) => motor).filter(Boolean);
  const twice = motors.find((motor, index) => motors.indexOf(motor) !== index);
  if (twice) faults.push(`${twice} moves in two loops.`);
  return faults;
}

/** The plan that does what was built: the plainest that can. */
export function planOf(built: Built): PlanCall {
  const { detectors, loops, isRelative, snakes } = built;
  const seconds = numberOf(built.delay);
  const delay = seconds ? { delay: seconds } : {};
  if (loops.length === 0) {
    return { plan: "count", parameters: { detectors, num: numberOf(built.num) ?? 1, ...delay } };
  }
  const prefix = isRelative ? "rel_" : "";
  const [first] = loops;
  const isLinear = loops.every(({ spacing }) => spacing === "linear");
  const ends = (loop: Loop) => [loop.motor, numberOf(loop.start), numberOf(loop.stop)];
  if (loops.length === 1 && first) {
    const num = numberOf(first.num);
    if (first.spacing === "linear") {
      return { plan: `${prefix}scan`, parameters: { detectors, args: [ends(first)], num, ...delay } };
    }
    return {
      plan: `${prefix}list_scan`,
      parameters: { detectors, args: [[first.motor, positionsOf(first)]], ...delay },
    };
  }
  const args = isLinear
    ? loops.map((loop) => [...ends(loop), numberOf(loop.num)])
    : loops.map((loop) => [loop.motor, positionsOf(loop)]);
  const plan = isLinear ? `${prefix}grid_scan` : `${prefix}list_grid_scan`;
  return { plan, parameters: { detectors, args, ...(snakes ? { snake_axes: true } : {}), ...delay } };
}

/** Points that are taken; null as long as something is missing. */
export function pointsOf(built: Built): number | null {
  if (built.loops.length === 0) return numberOf(built.num) ?? 1;
  let points = 1;
  for (const loop of built.loops) {
    const positions = positionsOf(loop);
    if (typeof positions === "string") return null;
    points *= positions.length;
  }
  return points;
}

const BLANK: Built = { detectors: [], loops: [], isRelative: false, snakes: false, num: "1", delay: "" };
const BUILT_PLANS = /^(rel_)?(list_)?(grid_)?scan$/;

/** The loops that a plan with its parameters was built from; null where the builder cannot say it. */
export function builtOf({ plan, parameters }: PlanCall): Built | null {
  const { detectors, args, num, delay, snake_axes: snakes, ...rest } = parameters;
  if (!isNames(detectors) || Object.keys(rest).length > 0) return null;
  if (plan === "count" && !args) return { ...BLANK, detectors, num: typed(num ?? 1), delay: typed(delay) };
  const [, relative, list, grid] = BUILT_PLANS.exec(plan) ?? [];
  if (!BUILT_PLANS.test(plan) || !Array.isArray(args)) return null;
  const loops = args.map((entry) => (list ? listLoop(entry) : linearLoop(entry, grid ? undefined : num)));
  if (loops.some((loop) => loop === null) || (!grid && loops.length > 1)) return null;
  const isRelative = relative !== undefined;
  const built = { ...BLANK, detectors, loops: loops as Loop[], isRelative, delay: typed(delay) };
  return { ...built, snakes: snakes === true };
}

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((name) => typeof name === "string");
const isNumber = (value: unknown): value is number => typeof value === "number";
const typed = (value: unknown) => (isNumber(value) ? String(value) : "");

function listLoop(entry: unknown): Loop | null {
  const [motor, positions] = Array.isArray(entry) ? entry : [];
  if (typeof motor !== "string" || !Array.isArray(positions) || !positions.every(isNumber)) return null;
  return (
    spacedLoop(motor, positions) ?? { ...NEW_LOOP, motor, spacing: "list", positions: positions.join(", ") }
  );
}

/** The even or logarithmic loop that gives exactly these positions; none for a list of somebody's own. */
function spacedLoop(motor: string, positions: number[]): Loop | null {
  if (positions.length < 3) return null;
  const ends = { start: typed(positions[0]), stop: typed(positions.at(-1)), num: typed(positions.length) };
  const spacings = ["linear", "log"] as const;
  const made = spacings.map((spacing): Loop => ({ ...NEW_LOOP, motor, spacing, ...ends }));
  return made.find((loop) => isSame(positionsOf(loop), positions)) ?? null;
}

const isSame = (made: number[] | string, given: number[]) =>
  typeof made !== "string" && made.every((at, place) => at === given[place]);

/** From one position of an even loop to the next; null for others, and as long as something is missing. */
export function stepOf(loop: Loop): number | null {
  const positions = loop.spacing === "linear" ? positionsOf(loop) : "";
  const [first, second] = positions;
  return typeof first === "number" && typeof second === "number" ? second - first : null;
}

function linearLoop(entry: unknown, points: unknown): Loop | null {
  const [motor, start, stop, own] = Array.isArray(entry) ? entry : [];
  const num = points ?? own;
  if (typeof motor !== "string" || ![start, stop, num].every(isNumber)) return null;
  return { ...NEW_LOOP, motor, start: typed(start), stop: typed(stop), num: typed(num) };
}
