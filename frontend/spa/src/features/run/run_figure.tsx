import { useState } from "react";
import { useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { runExportUrl } from "../../api/exports";
import { type DrawnFigure, drawFigure, type FigureChoice, figureSearch } from "../../api/figures";
import type { RunDetail } from "../../api/runs";
import { Icon } from "../../components/icons";
import { Button, Card, Empty, Field, Loading, Problem } from "../../components/parts";
import { PlotlyFigure } from "../../components/plotly_figure";
import { type Resource, useResource } from "../../live/resource";
import { withFit } from "../live/finished_figure";
import { choiceFrom, exportOptions, withChoice } from "./choice";
import { peakQuestion, RunPeak, useRunPeak } from "./run_peak";

const FILES: [format: string, text: string][] = [
  ["png", "PNG"],
  ["svg", "SVG"],
  ["html", "HTML"],
  ["plotly", "JSON"],
];

export interface RunDrawing {
  choice: FigureChoice;
  answer: Resource<DrawnFigure>;
  /** What was drawn last, while the next is on its way. */
  drawn: DrawnFigure | null;
}

/** The figure that the server makes of a stream; what is drawn stands in the address, else as the run hints. */
export function useRunDrawing(run: RunDetail): RunDrawing {
  const [search] = useSearchParams();
  const choice = choiceFrom(search, "");
  const isDrawable = Object.keys(run.streams).length > 0;
  const key = isDrawable ? `figure:${run.uid}:${figureSearch(choice)}` : null;
  const answer = useResource(key, (signal) => drawFigure(run.uid, choice, signal));
  const [last, setLast] = useState<DrawnFigure | null>(null);
  if (answer.data && answer.data !== last) setLast(answer.data);
  const isSame = last !== null && (!choice.stream || last.stream === choice.stream);
  return { choice, answer, drawn: answer.data ?? (isSame ? last : null) };
}

interface RunFigureProps {
  run: RunDetail;
  drawing: RunDrawing;
  canExport: boolean;
}

/** The figure, with a choice of what is drawn. */
export function RunFigureView({ run, drawing, canExport }: RunFigureProps) {
  const [search, setSearch] = useSearchParams();
  const { choice, answer, drawn } = drawing;
  const isDrawable = Object.keys(run.streams).length > 0;
  const question = drawn && peakQuestion(drawn, choice.per);
  const peak = useRunPeak(run.uid, question);
  const set = (changes: Partial<FigureChoice>) =>
    setSearch(withChoice(search, changes), { replace: true, preventScrollReset: true });
  return (
    <>
      <Card
        title="Figure"
        className="figure-card"
        actions={canExport && isDrawable ? <FigureFiles uid={run.uid} choice={choice} /> : undefined}
      >
        {!isDrawable && <Empty>This run has no events.</Empty>}
        {drawn && <FigureChoices drawn={drawn} choice={choice} error={answer.error} onChange={set} />}
        {answer.error && !fieldsOf(answer.error) && <Problem error={answer.error} onRetry={answer.refresh} />}
        {answer.error && !drawn && fieldsOf(answer.error) && (
          <Problem error={answer.error} onRetry={() => set({ x: "", y: [], slow: "", per: "", log: [] })} />
        )}
        {answer.isLoading && !drawn && <Loading what="the figure" />}
        {drawn && <PlotlyFigure figure={withFit(drawn.figure, false, peak.line)} caption={drawn.caption} />}
      </Card>
      {question && <RunPeak run={run} asked={question} found={peak} />}
    </>
  );
}

function fieldsOf(error: Error | null): Record<string, string[]> | null {
  return error instanceof ApiError && Object.keys(error.fields).length > 0 ? error.fields : null;
}

function FigureFiles({ uid, choice }: { uid: string; choice: FigureChoice }) {
  return (
    <span className="figure-files">
      {FILES.map(([format, text]) => (
        <a
          key={format}
          className="button button-quiet"
          href={runExportUrl(uid, format, exportOptions(choice))}
          download
        >
          <Icon name="download" />
          {text}
        </a>
      ))}
    </span>
  );
}

interface FigureChoicesProps {
  drawn: DrawnFigure;
  choice: FigureChoice;
  error: Error | null;
  onChange: (changes: Partial<FigureChoice>) => void;
}

function FigureChoices({ drawn, choice, error, onChange }: FigureChoicesProps) {
  const isMap = Boolean(drawn.slow);
  const shown = choice.y.length ? choice.y : drawn.y;
  const derived = shown.filter((name) => !drawn.choices.y.includes(name));
  const toggle = (name: string) => {
    const next = shown.includes(name) ? shown.filter((one) => one !== name) : [...shown, name];
    onChange({ y: isMap ? next.slice(-1) : next });
  };
  const axes = isMap ? (["x", "z"] as const) : (["x", "y"] as const);
  return (
    <div className="figure-choices">
      <Picker
        label="x"
        value={choice.x}
        none={`${drawn.x}`}
        choices={drawn.choices.x}
        onChange={(x) => onChange({ x })}
      />
      <details className="menu">
        <summary className="button button-plain">Signals ({shown.length})</summary>
        <div className="menu-body menu-left">
          {[...derived, ...drawn.choices.y].map((name) => (
            <label key={name} className="facet-row">
              <input type="checkbox" checked={shown.includes(name)} onChange={() => toggle(name)} />
              <span className="facet-value" title={name}>
                <bdi>{name}</bdi>
              </span>
            </label>
          ))}
          {choice.y.length > 0 && (
            <Button kind="quiet" onClick={() => onChange({ y: [] })}>
              As hinted
            </Button>
          )}
        </div>
      </details>
      <Picker
        label="Map over"
        value={choice.slow}
        none={drawn.slow && !choice.slow ? drawn.slow : "as hinted"}
        choices={["none", ...drawn.choices.x]}
        onChange={(slow) => onChange({ slow })}
      />
      <Picker
        label="Divide by"
        value={choice.per}
        none="nothing"
        choices={drawn.choices.y}
        onChange={(per) => onChange({ per })}
      />
      {axes.map((axis) => (
        <label className="inline" key={axis}>
          <input
            type="checkbox"
            checked={choice.log.includes(axis)}
            onChange={() =>
              onChange({
                log: choice.log.includes(axis)
                  ? choice.log.filter((one) => one !== axis)
                  : [...choice.log, axis],
              })
            }
          />
          log {axis === "z" ? "colour" : axis}
        </label>
      ))}
      <Derived
        problems={Object.values(fieldsOf(error) ?? {}).flat()}
        onAdd={(text) => onChange({ y: isMap ? [text] : [...shown.filter((one) => one !== text), text] })}
        onForget={
          error && derived.length
            ? () => onChange({ y: shown.filter((one) => !derived.includes(one)) })
            : null
        }
      />
    </div>
  );
}

interface DerivedProps {
  problems: string[];
  onAdd: (text: string) => void;
  onForget: (() => void) | null;
}

/** A channel computed from columns; what the server cannot read stands beside it. */
function Derived({ problems, onAdd, onForget }: DerivedProps) {
  const [text, setText] = useState("");
  return (
    <form
      className="derived"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) onAdd(text.trim());
      }}
    >
      <Field label="Derived signal" errors={problems}>
        {(ids) => (
          <span className="search-box">
            <input
              {...ids}
              value={text}
              maxLength={300}
              placeholder="ratio = det / monitor, derivative(det, sx)"
              onChange={(event) => setText(event.target.value)}
            />
            <Button type="submit" icon="plus">
              Draw
            </Button>
            {onForget && <Button onClick={onForget}>Without it</Button>}
          </span>
        )}
      </Field>
    </form>
  );
}

interface PickerProps {
  label: string;
  value: string;
  choices: string[];
  none: string;
  onChange: (value: string) => void;
}

const WORDS: Record<string, string> = { none: "nothing: lines", seq_num: "point" };
const nameOf = (name: string) => WORDS[name] ?? name;

export function Picker({ label, value, choices, none, onChange }: PickerProps) {
  const others = value ? choices : choices.filter((name) => name !== none);
  return (
    <label className="inline">
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{value ? "as hinted" : nameOf(none)}</option>
        {others.map((name) => (
          <option key={name} value={name}>
            {nameOf(name)}
          </option>
        ))}
        {value && !choices.includes(value) && <option value={value}>{value}</option>}
      </select>
    </label>
  );
}
