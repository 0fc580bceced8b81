import { type Drawing, type View, withSignal } from "../../live/drawing";
import type { PlotData } from "../../live/plot_data";

const VIEWS: Record<View, string> = { line: "lines", map: "map", waterfall: "waterfall" };

interface DrawingControlsProps {
  plot: PlotData;
  drawing: Drawing;
  onDrawing: (drawing: Drawing) => void;
  /** Whether the run before is drawn as well, and what it is. */
  before: { isOn: boolean; text: string; onTick: (isOn: boolean) => void };
}

/** What is drawn, and how; kept while runs follow each other. */
export function DrawingControls({ plot, drawing, onDrawing, before }: DrawingControlsProps) {
  const isLines = !plot.grid && !plot.waterfall;
  const change = (changes: Partial<Drawing>) => onDrawing({ ...drawing, ...changes });
  return (
    <div className="drawing-controls">
      {plot.views.length > 1 && (
        <label className="inline">
          As
          <select
            value={plot.views[0]}
            onChange={(event) => change({ view: event.target.value as View })}
            aria-label="Drawn as"
          >
            {Object.entries(VIEWS)
              .filter(([view]) => plot.views.includes(view as View))
              .map(([view, text]) => (
                <option key={view} value={view}>
                  {text}
                </option>
              ))}
          </select>
        </label>
      )}
      {isLines ? (
        <Signals plot={plot} onSignals={(signals) => change({ signals })} />
      ) : (
        <OneSignal plot={plot} onSignals={(signals) => change({ signals })} />
      )}
      {plot.choices.length > 1 && (
        <label className="inline">
          Per
          <select
            value={plot.monitor}
            aria-label="Normalise by"
            onChange={(event) => change({ monitor: event.target.value })}
          >
            <option value="">–</option>
            {plot.choices.map((key) => (
              <option key={key}>{key}</option>
            ))}
          </select>
        </label>
      )}
      {isLines && (
        <>
          <Tick label="Log" isOn={drawing.isLog} onTick={(isLog) => change({ isLog })} />
          <Tick label="Derivative" isOn={drawing.isSlope} onTick={(isSlope) => change({ isSlope })} />
          <Tick label="Run before" isOn={before.isOn} onTick={before.onTick} />
          {before.text && <span className="muted">{before.text}</span>}
        </>
      )}
      {plot.grid && <Tick label="Log" isOn={drawing.isLog} onTick={(isLog) => change({ isLog })} />}
    </div>
  );
}

interface SignalsProps {
  plot: PlotData;
  onSignals: (signals: string[]) => void;
}

function Signals({ plot, onSignals }: SignalsProps) {
  if (plot.choices.length < 2) return null;
  const shown = plot.axes.y;
  return (
    <details className="signals">
      <summary>Signals ({shown.length})</summary>
      <fieldset>
        <legend className="visually-hidden">Signals to draw</legend>
        {plot.choices.map((key) => (
          <Tick
            key={key}
            label={key}
            isOn={shown.includes(key)}
            onTick={(isWanted) => onSignals(withSignal(shown, key, isWanted))}
          />
        ))}
      </fieldset>
    </details>
  );
}

function OneSignal({ plot, onSignals }: SignalsProps) {
  const shown = plot.grid?.signal ?? plot.axes.y[0] ?? "";
  if (plot.choices.length < 2) return null;
  return (
    <label className="inline">
      Signal
      <select aria-label="Signal" value={shown} onChange={(event) => onSignals([event.target.value])}>
        {plot.choices.map((key) => (
          <option key={key}>{key}</option>
        ))}
      </select>
    </label>
  );
}

interface TickProps {
  label: string;
  isOn: boolean;
  onTick: (isOn: boolean) => void;
}

function Tick({ label, isOn, onTick }: TickProps) {
  return (
    <label className="inline">
      <input type="checkbox" checked={isOn} onChange={(event) => onTick(event.target.checked)} />
      {label}
    </label>
  );
}
