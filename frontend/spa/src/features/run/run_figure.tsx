import { useState } from "react";
import { getFigure, type RunDetail } from "../../api/runs";
import { Card, Empty, Loading, Problem } from "../../components/parts";
import { PlotlyFigure } from "../../components/plotly_figure";
import { useResource } from "../../live/resource";

/** The figure that the server made of a stream, with a choice of what is drawn. */
export function RunFigureView({ run, stream }: { run: RunDetail; stream: string }) {
  const [choice, setChoice] = useState<{ x?: string; y?: string }>({});
  const key = stream ? `figure:${run.uid}:${stream}:${choice.x ?? ""}:${choice.y ?? ""}` : null;
  const answer = useResource(key, (signal) => getFigure(run.uid, { ...choice, stream }, signal));
  const { data } = answer;
  return (
    <Card
      title="Figure"
      className="figure-card"
      actions={
        data && (
          <>
            <Picker
              label="x"
              value={data.x}
              choices={data.choices.x}
              onChange={(x) => setChoice({ ...choice, x })}
            />
            <Picker
              label="y"
              value={choice.y ?? ""}
              choices={data.choices.y}
              none={data.y.join(", ")}
              onChange={(y) => setChoice(y ? { ...choice, y } : { ...(choice.x && { x: choice.x }) })}
            />
          </>
        )
      }
    >
      {answer.error && <Problem error={answer.error} onRetry={answer.refresh} />}
      {answer.isLoading && <Loading what="the figure" />}
      {!stream && <Empty>This run has no events.</Empty>}
      {data && <PlotlyFigure figure={data.figure} caption={data.caption} />}
    </Card>
  );
}

interface PickerProps {
  label: string;
  value: string;
  choices: string[];
  none?: string;
  onChange: (value: string) => void;
}

function Picker({ label, value, choices, none, onChange }: PickerProps) {
  return (
    <label className="inline">
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        {none !== undefined && <option value="">{value ? "as hinted" : `${none || "nothing"}`}</option>}
        {choices.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
