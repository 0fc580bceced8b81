import type { Devices } from "../../api/devices";
import type { DryRun } from "../../api/plans";
import { figure, takes } from "../../components/format";
import { Card, Empty, Problem } from "../../components/parts";
import { takesNoData } from "./dry_run";

const WIDTH = 300;
const HEIGHT = 150;
const EDGE = 8;
const MOST_DOTS = 400;

/** Where each motor is at each point; null as long as it is not known. */
export type Paths = Record<string, (number | null)[]>;

interface Drawing {
  across: { name: string; values: number[] } | null;
  up: { name: string; values: number[] };
}

/** What to draw: one motor over the point number, or two against each other, the faster one across. */
export function drawing(paths: Paths): Drawing | null {
  const motors = Object.entries(paths).filter(([, path]) => path.some((at) => at !== null));
  const [first, second] = motors.sort(([, a], [, b]) => turns(b) - turns(a));
  if (!first) return null;
  const known = first[1].map((_, point) => point).filter((point) => hasAll(point, first, second));
  const at = ([name, path]: [string, Paths[string]]) => ({
    name,
    values: known.map((point) => path[point] as number),
  });
  return second ? { across: at(first), up: at(second) } : { across: null, up: at(first) };
}

function hasAll(point: number, ...motors: ([string, Paths[string]] | undefined)[]): boolean {
  return motors.every((motor) => !motor || typeof motor[1][point] === "number");
}

/** How often a motor is sent elsewhere: the fastest axis of a grid the most often. */
function turns(path: Paths[string]): number {
  return path.filter((at, point) => point > 0 && at !== path[point - 1]).length;
}

function scaled(values: number[], size: number, isUp: boolean): number[] {
  const [low, high] = ends(values);
  const span = high - low || 1;
  return values.map((value) => {
    const share = (value - low) / span;
    return EDGE + (isUp ? 1 - share : share) * (size - 2 * EDGE);
  });
}

function ends(values: (number | null)[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

/** Where the motors go, as the server has foretold it. */
export function Trajectory({ paths, devices }: { paths: Paths; devices: Devices }) {
  const drawn = drawing(paths);
  if (!drawn || drawn.up.values.length === 0) return null;
  const across = scaled(drawn.across?.values ?? drawn.up.values.map((_, point) => point), WIDTH, false);
  const down = scaled(drawn.up.values, HEIGHT, true);
  const points = across.map((at, index) => `${at.toFixed(1)},${(down[index] ?? 0).toFixed(1)}`);
  const text = `${drawn.up.name} over ${drawn.across?.name ?? "the point number"}`;
  return (
    <figure className="trajectory">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <polyline points={points.join(" ")} />
        {points.length <= MOST_DOTS &&
          points.map((point, index) => {
            const [cx, cy] = point.split(",");
            // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place on the path
            return <circle key={index} cx={cx} cy={cy} r={2} />;
          })}
      </svg>
      <figcaption>
        {text}:{" "}
        {Object.entries(paths)
          .map(([motor, path]) => rangeText(motor, path, devices))
          .join("; ")}
      </figcaption>
    </figure>
  );
}

function rangeText(motor: string, path: (number | null)[], devices: Devices): string {
  const [low, high] = ends(path);
  if (low > high) return motor;
  const units = devices[motor]?.units ? ` ${devices[motor]?.units}` : "";
  return low === high
    ? `${motor} ${figure(low)}${units}`
    : `${motor} ${figure(low)} … ${figure(high)}${units}`;
}

interface PreviewProps {
  answer: DryRun | null;
  error: Error | null;
  devices: Devices;
  isWaiting: boolean;
  /** Some parameter was refused, with a message beside its field. */
  isRefused: boolean;
}

/** What the plan would do: asked while the form is filled in, without touching a device. */
export function Preview({ answer, error, devices, isWaiting, isRefused }: PreviewProps) {
  return (
    <Card title="Dry run" className={isWaiting ? "preview is-waiting" : "preview"}>
      {!answer && !error && (
        <Empty>
          {isRefused
            ? "Put the marked fields right to see points and path."
            : "Fill in the fields marked * to see points and path."}
        </Empty>
      )}
      {error && <Problem error={error} />}
      {answer && <Answer answer={answer} devices={devices} />}
    </Card>
  );
}

function Answer({ answer, devices }: { answer: DryRun; devices: Devices }) {
  const isMove = takesNoData(answer);
  const problems = answer.problems ?? [];
  return (
    <div aria-live="polite">
      <dl className="facts">
        <dt>{isMove ? "Data" : "Points"}</dt>
        <dd data-testid="dry-run-points">{isMove ? "none: it only moves" : (answer.points ?? "–")}</dd>
        {answer.estimated_s != null && (
          <>
            <dt>Takes about</dt>
            <dd data-testid="dry-run-time">{takes(answer.estimated_s)}</dd>
          </>
        )}
        {answer.devices && (
          <>
            <dt>Devices</dt>
            <dd>{answer.devices.join(", ")}</dd>
          </>
        )}
        {isMove &&
          Object.entries(answer.paths ?? {}).map(([motor, path]) => (
            <div key={motor} className="fact">
              <dt>{motor} goes to</dt>
              <dd>
                {figure(path.at(-1))} {devices[motor]?.units ?? ""}
              </dd>
            </div>
          ))}
      </dl>
      {!isMove && <Trajectory paths={answer.trajectory ?? answer.paths ?? {}} devices={devices} />}
      {problems.length > 0 && (
        <ul className="errors" aria-label="Problems">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </div>
  );
}
