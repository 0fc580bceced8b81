import type { ReactNode } from "react";
import { Link } from "react-router";
import type { RunSummary } from "../../api/runs";
import { duration, figure, when } from "../../components/format";
import { StateBadge, TableRegion } from "../../components/parts";
import { FACTS, nextSort } from "./state";

interface RunListProps {
  runs: RunSummary[];
  columns: string[];
  sort: string;
  ticked: ReadonlyMap<string, RunSummary>;
  onSort: (sort: string) => void;
  onTick: (runs: RunSummary[], isOn: boolean) => void;
}

/** One page of runs in the columns that were chosen. */
export function RunList({ runs, columns, sort, ticked, onSort, onTick }: RunListProps) {
  const areAll = runs.every(({ uid }) => ticked.has(uid));
  return (
    <TableRegion className="card" label="Runs">
      <table className="table run-list">
        <thead>
          <tr>
            <th scope="col" className="tick-cell">
              <label className="tick-box">
                <input
                  type="checkbox"
                  aria-label="Tick all on this page"
                  checked={areAll}
                  onChange={() => onTick(runs, !areAll)}
                />
              </label>
            </th>
            {columns.map((name) => (
              <Heading key={name} name={name} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.uid} aria-selected={ticked.has(run.uid) || undefined}>
              <td className="tick-cell">
                <label className="tick-box">
                  <input
                    type="checkbox"
                    aria-label={`Tick scan ${nameOf(run)}`}
                    checked={ticked.has(run.uid)}
                    onChange={() => onTick([run], !ticked.has(run.uid))}
                  />
                </label>
              </td>
              {columns.map((name, index) =>
                index === 0 ? (
                  <th scope="row" key={name}>
                    <Link to={`/runs/${run.uid}`}>{cell(run, name) || nameOf(run)}</Link>
                  </th>
                ) : (
                  <td key={name} className={NUMBERS.has(name) ? "number" : "text-cell"}>
                    {cell(run, name)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </TableRegion>
  );
}

const NUMBERS = new Set(["took", "points"]);
const nameOf = (run: RunSummary) => run.scan_id ?? run.uid.slice(0, 8);

interface HeadingProps {
  name: string;
  sort: string;
  onSort: (sort: string) => void;
}

function Heading({ name, sort, onSort }: HeadingProps) {
  const fact = FACTS[name];
  const key = fact ? fact.sort : name === "tags" ? undefined : name;
  const title = fact?.title ?? name;
  const now = sort || "-time";
  const order = now === key ? "ascending" : now === `-${key}` ? "descending" : undefined;
  if (!key) return <th scope="col">{title}</th>;
  return (
    <th scope="col" aria-sort={order}>
      <button type="button" className="sort" onClick={() => onSort(nextSort(sort, key))}>
        {title}
        <span aria-hidden="true">{order === "ascending" ? " ↑" : order === "descending" ? " ↓" : ""}</span>
      </button>
    </th>
  );
}

function cell(run: RunSummary, name: string): ReactNode {
  switch (name) {
    case "scan":
      return nameOf(run);
    case "plan":
      return run.plan_name;
    case "started":
      return when(run.time);
    case "took":
      return duration((run.stop_time ?? Number.NaN) - run.time);
    case "points":
      return run.num_events.primary ?? run.num_points ?? "–";
    case "motors":
      return run.motors.join(", ");
    case "detectors":
      return run.detectors.join(", ");
    case "sample":
      return run.sample ?? "";
    case "title":
      return run.title ?? "";
    case "user":
      return run.username;
    case "proposal":
      return run.proposal ?? "";
    case "status":
      return <StateBadge state={run.exit_status} />;
    default: {
      const value = run.shown?.[name];
      return value === null || value === undefined ? "" : figure(value);
    }
  }
}
