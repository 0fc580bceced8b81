import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import type { ComparedRun, Comparison } from "../../api/figures";
import { getRuns, type RunSummary } from "../../api/runs";
import { when } from "../../components/format";
import { colourOf, LineChip } from "../../components/line_look";
import { Button, Card, Empty, Field, Problem } from "../../components/parts";
import { useResource } from "../../live/resource";
import { type Chosen, withOneMore } from "./choice";

const MOST_RUNS = 20;
const MOST_FOUND = 5;

interface ComparedRunsProps {
  drawn: Comparison;
  onKeep: (runs: Chosen[]) => void;
}

/** What is compared, each beside a piece of its line; runs come and go here. */
export function ComparedRuns({ drawn, onKeep }: ComparedRunsProps) {
  const { runs } = drawn;
  const colours = new Set(drawn.figure.data.map(colourOf));
  const others = (run: ComparedRun) => runs.filter(({ uid }) => uid !== run.uid);
  return (
    <Card title="Runs">
      <ol className="compared">
        {runs.map((run, index) => (
          <li key={run.uid}>
            {colours.has(run.colour) && <LineChip colour={run.colour} />}
            <Link to={`/runs/${run.uid}`}>
              <bdi>{run.label}</bdi>
            </Link>
            {index === 0 && <span className="muted">the reference</span>}
            {run.problem && <span className="job-problem">not drawn: {run.problem}</span>}
            <span className="item-links">
              {index > 0 && (
                <Button
                  kind="quiet"
                  label={`Make first: ${run.label}`}
                  onClick={() => onKeep([run, ...others(run)])}
                >
                  Make first
                </Button>
              )}
              {runs.length > 1 && (
                <Button kind="quiet" label={`Leave out: ${run.label}`} onClick={() => onKeep(others(run))}>
                  Leave out
                </Button>
              )}
            </span>
          </li>
        ))}
      </ol>
      {runs.length < MOST_RUNS && <OneMore chosen={runs} onAdd={(uid) => onKeep(withOneMore(runs, uid))} />}
    </Card>
  );
}

interface OneMoreProps {
  chosen: Chosen[];
  onAdd: (uid: string) => void;
}

/** Finds a run to compare with, by its number or by words of the search. */
function OneMore({ chosen, onAdd }: OneMoreProps) {
  const [typed, setTyped] = useState("");
  const [asked, setAsked] = useState("");
  const question = /^\d+$/.test(asked) ? `scan_id:${asked}` : asked;
  const answer = useResource(asked ? `one-more:${question}` : null, (signal) =>
    getRuns({ q: question, limit: MOST_FOUND }, signal),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(typed.trim());
  };
  const add = (uid: string) => {
    setTyped("");
    setAsked("");
    onAdd(uid);
  };
  const found = answer.data?.results.filter((run) => !chosen.some(({ uid }) => uid === run.uid));
  return (
    <form className="one-more" onSubmit={submit}>
      <Field label="Add a run">
        {(ids) => (
          <span className="search-box">
            <input
              {...ids}
              value={typed}
              maxLength={300}
              placeholder="scan number, or sample:LaB6"
              onChange={(event) => setTyped(event.target.value)}
            />
            <Button type="submit">Find</Button>
          </span>
        )}
      </Field>
      {answer.error && <Problem error={answer.error} />}
      {found?.length === 0 && <Empty>No other run answers this.</Empty>}
      {found && found.length > 0 && (
        <ul className="found-runs" aria-label="Runs found">
          {found.map((run) => (
            <li key={run.uid}>
              <Button icon="plus" label={`Add ${nameOf(run)}`} onClick={() => add(run.uid)}>
                {nameOf(run)}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}

const nameOf = (run: RunSummary) =>
  [run.scan_id ?? run.uid.slice(0, 8), run.plan_name, run.sample, when(run.time)].filter(Boolean).join(" ");
