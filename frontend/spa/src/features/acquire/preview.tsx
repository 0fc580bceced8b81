import type { DryRun } from "../../api/plans";
import { duration } from "../../components/format";
import { Card, Empty, Problem } from "../../components/parts";

const WIDTH = 300;
const HEIGHT = 150;
const EDGE = 8;

function scaled(values: number[], size: number, isUp: boolean): number[] {
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  return values.map((value) => {
    const share = (value - low) / span;
    return EDGE + (isUp ? 1 - share : share) * (size - 2 * EDGE);
  });
}

/** Where the motors go: one against the point number, two against each other. */
export function Trajectory({ paths }: { paths: Record<string, number[]> }) {
  const [first, second] = Object.entries(paths).filter(([, path]) => path.length > 0);
  if (!first) return null;
  const [x, y] = second ? [first[1], second[1]] : [first[1].map((_, index) => index), first[1]];
  const count = Math.min(x.length, y.length);
  const across = scaled(x.slice(0, count), WIDTH, false);
  const down = scaled(y.slice(0, count), HEIGHT, true);
  const points = across.map((at, index) => `${at.toFixed(1)},${(down[index] ?? 0).toFixed(1)}`);
  const text = second ? `${second[0]} over ${first[0]}` : `${first[0]} over the point number`;
  return (
    <figure className="trajectory">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <polyline points={points.join(" ")} />
        {count <= 400 &&
          points.map((point, index) => {
            const [cx, cy] = point.split(",");
            // biome-ignore lint/suspicious/noArrayIndexKey: a point is its place on the path
            return <circle key={index} cx={cx} cy={cy} r={2} />;
          })}
      </svg>
      <figcaption>
        {text}:{" "}
        {Object.entries(paths)
          .map(([motor, path]) => rangeText(motor, path))
          .join("; ")}
      </figcaption>
    </figure>
  );
}

function rangeText(motor: string, path: number[]): string {
  if (path.length === 0) return motor;
  return `${motor} ${Number(Math.min(...path).toPrecision(6))} … ${Number(Math.max(...path).toPrecision(6))}`;
}

interface PreviewProps {
  paths: Record<string, number[]>;
  answer: DryRun | null;
  error: Error | null;
  isWaiting: boolean;
  /** Some parameter was refused, with a message beside its field. */
  isRefused: boolean;
}

/** What the plan would do: asked while the form is filled in, without touching a device. */
export function Preview({ paths, answer, error, isWaiting, isRefused }: PreviewProps) {
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
      {answer && (
        <div aria-live="polite">
          <dl className="facts">
            <dt>Points</dt>
            <dd data-testid="dry-run-points">{answer.points ?? "–"}</dd>
            {answer.estimated_s != null && (
              <>
                <dt>Takes about</dt>
                <dd>{duration(answer.estimated_s)}</dd>
              </>
            )}
            {answer.devices && (
              <>
                <dt>Devices</dt>
                <dd>{answer.devices.join(", ")}</dd>
              </>
            )}
          </dl>
          <Trajectory paths={answer.paths ?? paths} />
          {(answer.problems ?? []).length > 0 && (
            <ul className="errors">
              {answer.problems?.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          )}
        </div>
      )}
    </Card>
  );
}
