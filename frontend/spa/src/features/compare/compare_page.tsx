import "../../styles/catalogue.css";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { type Comparison, compareRuns, comparisonFileUrl } from "../../api/figures";
import { getRun, type RunDetail } from "../../api/runs";
import { plural } from "../../components/format";
import { Icon } from "../../components/icons";
import {
  Button,
  Card,
  CopyButton,
  Empty,
  Field,
  Loading,
  Problem,
  TableRegion,
} from "../../components/parts";
import { PlotlyFigure } from "../../components/plotly_figure";
import { useResource } from "../../live/resource";
import { Page } from "../frame/page";
import { type Chosen, withRuns } from "./choice";
import { ComparedRuns } from "./compared_runs";
import { differences } from "./differences";
import { FitTable } from "./fit_table";

const MODES: [mode: string, text: string][] = [
  ["overlay", "one upon the other"],
  ["offset", "lifted apart"],
  ["waterfall", "as an image"],
  ["difference", "minus the first"],
  ["ratio", "divided by the first"],
];
const SCALES: [scale: string, text: string][] = [
  ["none", "as measured"],
  ["max", "highest point 1"],
  ["range", "from 0 to 1"],
  ["area", "area 1"],
];
const FILES = ["png", "svg", "html", "json"];

/** Several runs together; which and how is all in the address, so that it can be shared. */
export default function ComparePage() {
  const [search, setSearch] = useSearchParams();
  const uids = search.getAll("run").filter(Boolean);
  const answer = useResource(uids.length ? `compare:${search}` : null, (signal) =>
    compareRuns(search, signal),
  );
  const [last, setLast] = useState<Comparison | null>(null);
  if (answer.data && answer.data !== last) setLast(answer.data);
  const drawn = answer.data ?? last;
  const runs = useResource(uids.length ? `compared:${uids}` : null, (signal) =>
    Promise.all(uids.map((uid) => getRun(uid, signal))),
  );
  const set = (name: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(name, value);
    else next.delete(name);
    setSearch(next, { replace: true });
  };
  const keep = (kept: Chosen[]) => setSearch(withRuns(search, kept));
  if (uids.length === 0) {
    return (
      <Page title="Compare">
        <Empty>
          No runs are chosen. <Link to="/runs">Find runs</Link>, tick two or more and press Compare.
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title="Compare"
      lead={plural(uids.length, "run")}
      actions={<CopyButton text={window.location.href}>Copy link</CopyButton>}
    >
      <Card
        title="Figure"
        className="figure-card"
        actions={
          drawn && (
            <span className="figure-files">
              {FILES.map((kind) => (
                <a key={kind} className="button button-quiet" href={comparisonFileUrl(search, kind)} download>
                  <Icon name="download" />
                  {kind.toUpperCase()}
                </a>
              ))}
            </span>
          )
        }
      >
        <Choices search={search} drawn={drawn} error={answer.error} onChange={set} />
        {answer.error && <Problem error={answer.error} onRetry={answer.refresh} />}
        {answer.isLoading && !drawn && <Loading what="the figure" />}
        {drawn && <PlotlyFigure figure={drawn.figure} caption={drawn.caption} />}
      </Card>
      {drawn && <ComparedRuns drawn={drawn} onKeep={keep} />}
      {runs.error && <Problem error={runs.error} onRetry={runs.refresh} />}
      {drawn && <FitTable drawn={drawn} stream={search.get("stream") ?? ""} per={search.get("per") ?? ""} />}
      {runs.data && <Differences runs={runs.data} />}
    </Page>
  );
}

interface ChoicesProps {
  search: URLSearchParams;
  drawn: Comparison | null;
  error: Error | null;
  onChange: (name: string, value: string) => void;
}

function Choices({ search, drawn, error, onChange }: ChoicesProps) {
  const [derived, setDerived] = useState(search.get("y") ?? "");
  const columns = drawn?.choices ?? { x: [], y: [] };
  const log = (search.get("log") ?? "").split(",").filter(Boolean);
  const isImage = search.get("mode") === "waterfall";
  const problems = error instanceof ApiError ? (error.fields.y ?? []) : [];
  const choice = (label: string, name: string, texts: [string, string][]) => (
    <label className="inline">
      {label}
      <select value={search.get(name) ?? ""} onChange={(event) => onChange(name, event.target.value)}>
        {texts.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
  const named = (names: string[], none: string): [string, string][] => [
    ["", none],
    ...names.map((name): [string, string] => [name, name === "seq_num" ? "point" : name]),
  ];
  return (
    <div className="figure-choices">
      {choice("x", "x", named(columns.x, drawn?.x ?? "as hinted"))}
      {choice("y", "y", [
        ...named(columns.y, drawn && !search.get("y") ? drawn.y : "as hinted"),
        ...others(search.get("y"), columns.y),
      ])}
      {choice(
        "Runs",
        "mode",
        MODES.map(([value, text]) => [value === "overlay" ? "" : value, text]),
      )}
      {choice(
        "Scaled",
        "scale",
        SCALES.map(([value, text]) => [value === "none" ? "" : value, text]),
      )}
      {choice("Divide by", "per", named(columns.y, "nothing"))}
      {(isImage ? ["x", "z"] : ["x", "y"]).map((axis) => (
        <label className="inline" key={axis}>
          <input
            type="checkbox"
            checked={log.includes(axis)}
            onChange={() =>
              onChange(
                "log",
                (log.includes(axis) ? log.filter((one) => one !== axis) : [...log, axis]).join(","),
              )
            }
          />
          log {axis === "z" ? "colour" : axis}
        </label>
      ))}
      <form
        className="derived"
        onSubmit={(event) => {
          event.preventDefault();
          onChange("y", derived.trim());
        }}
      >
        <Field label="Derived signal" errors={problems}>
          {(ids) => (
            <span className="search-box">
              <input
                {...ids}
                value={derived}
                maxLength={300}
                placeholder="ratio = det / monitor"
                onChange={(event) => setDerived(event.target.value)}
              />
              <Button type="submit">Draw</Button>
            </span>
          )}
        </Field>
      </form>
    </div>
  );
}

function others(value: string | null, known: string[]): [string, string][] {
  return value && !known.includes(value) ? [[value, value]] : [];
}

const SHOWN = 80;

function Differences({ runs }: { runs: RunDetail[] }) {
  const [isWhole, setWhole] = useState(false);
  const rows = differences(runs.map(({ start }) => start));
  return (
    <Card title="How their metadata differ">
      {rows.length === 0 ? (
        <Empty>They are the same, but for uid, time and number.</Empty>
      ) : (
        <TableRegion className="table-window" label="Metadata that differ">
          <table className="table differences">
            <thead>
              <tr>
                <th scope="col">Key</th>
                {runs.map((run) => (
                  <th scope="col" key={run.uid}>
                    {run.scan_id ?? run.uid.slice(0, 8)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {(isWhole ? rows : rows.slice(0, SHOWN)).map(({ key, values }) => (
                <tr key={key}>
                  <th scope="row">
                    <bdi>{key}</bdi>
                  </th>
                  {values.map((value, index) => (
                    <td key={runs[index]?.uid} title={value?.slice(0, 1000)}>
                      <bdi>
                        {value === null ? "–" : value.length > 120 ? `${value.slice(0, 119)}…` : value}
                      </bdi>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </TableRegion>
      )}
      {rows.length > SHOWN && !isWhole && (
        <Button onClick={() => setWhole(true)}>Show all {rows.length}</Button>
      )}
    </Card>
  );
}
