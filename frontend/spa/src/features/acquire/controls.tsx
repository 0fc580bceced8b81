import type { Devices } from "../../api/devices";
import type { PlanParameter } from "../../api/plans";
import { bootstrap } from "../../bootstrap";
import { figure } from "../../components/format";
import { Button, Field } from "../../components/parts";
import { useValues } from "../devices/values";
import { type Cell, cellsOf, emptyRow, fitting, takenBy } from "./form_values";

interface ControlProps {
  parameter: PlanParameter;
  value: Cell;
  devices: Devices;
  onChange: (value: Cell) => void;
  /** Parameters among which it stands: they say which devices fit. */
  beside?: PlanParameter[];
  /** States to choose from, for a text that names one. */
  states?: string[];
  ids?: { id?: string; "aria-describedby"?: string; "aria-invalid"?: true; "aria-label"?: string };
}

/** The control that fits the type of a parameter. */
export function Control({ parameter, value, devices, onChange, ids = {}, ...more }: ControlProps) {
  const text = typeof value === "string" ? value : "";
  const { beside = [], states = [] } = more;
  if (parameter.type === "string" && states.length > 0) {
    return (
      <select {...ids} value={text} onChange={(event) => onChange(event.target.value)}>
        <option value="">choose …</option>
        {states.map((state) => (
          <option key={state}>{state}</option>
        ))}
      </select>
    );
  }
  switch (parameter.type) {
    case "device":
      return (
        <select {...ids} value={text} onChange={(event) => onChange(event.target.value)}>
          <option value="">choose …</option>
          {fitting(devices, parameter.protocol, takenBy(parameter, beside)).map((name) => (
            <option key={name} value={name}>
              {deviceText(name, devices)}
            </option>
          ))}
        </select>
      );
    case "enum":
      return (
        <select {...ids} value={text} onChange={(event) => onChange(event.target.value)}>
          {!parameter.required && <option value="">default</option>}
          {parameter.required && text === "" && <option value="">choose …</option>}
          {(parameter.choices ?? []).map((choice) => (
            <option key={String(choice)} value={String(choice)}>
              {String(choice)}
            </option>
          ))}
        </select>
      );
    case "boolean":
      return (
        <input
          {...ids}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      );
    case "object":
      return (
        <textarea
          {...ids}
          rows={3}
          value={text}
          placeholder="{}"
          onChange={(event) => onChange(event.target.value)}
        />
      );
    case "number":
    case "integer":
      return (
        <input
          {...ids}
          className="number"
          inputMode={parameter.type === "integer" ? "numeric" : "decimal"}
          autoComplete="off"
          value={text}
          placeholder={parameter.required ? "" : "default"}
          onChange={(event) => onChange(event.target.value)}
        />
      );
    default:
      return (
        <input
          {...ids}
          autoComplete="off"
          value={text}
          placeholder={parameter.type === "array" ? "1, 2, 3" : ""}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

function deviceText(name: string, devices: Devices): string {
  const title = devices[name]?.title;
  return title && title !== name ? `${name} – ${title}` : name;
}

interface ManyProps {
  parameter: PlanParameter;
  value: string[];
  devices: Devices;
  errors: string[];
  onChange: (value: string[]) => void;
}

/** Several devices, one tick each. */
export function ManyDevices({ parameter, value, devices, errors, onChange }: ManyProps) {
  const names = fitting(devices, parameter.protocol);
  const toggle = (name: string) =>
    onChange(value.includes(name) ? value.filter((other) => other !== name) : [...value, name]);
  return (
    <fieldset className={errors.length > 0 ? "field field-bad" : "field"}>
      <legend>
        {parameter.title || parameter.name}
        {parameter.required && <span className="required"> *</span>}
      </legend>
      <div className="ticks">
        {names.map((name) => (
          <label key={name} className="tick">
            <input type="checkbox" checked={value.includes(name)} onChange={() => toggle(name)} />
            {name}
          </label>
        ))}
        {names.length === 0 && (
          <span className="muted">No {parameter.protocol?.toLowerCase() ?? ""} device here.</span>
        )}
      </div>
      {parameter.doc && <p className="hint">{parameter.doc}</p>}
      <Errors messages={errors} />
    </fieldset>
  );
}

export function Errors({ messages }: { messages: string[] }) {
  if (messages.length === 0) return null;
  return (
    <ul className="errors">
      {messages.map((message) => (
        <li key={message}>{message}</li>
      ))}
    </ul>
  );
}

interface RowsProps {
  parameter: PlanParameter;
  rows: Cell[][];
  devices: Devices;
  errors: string[];
  onChange: (rows: Cell[][]) => void;
}

/** A parameter that repeats, such as motor, start, stop: a row for each, as many as wanted. */
export function Rows({ parameter, rows, devices, errors, onChange }: RowsProps) {
  const cells = cellsOf(parameter);
  const set = (row: number, place: number, value: Cell) =>
    onChange(
      rows.map((cells_, index) =>
        index === row ? cells_.map((c, at) => (at === place ? value : c)) : cells_,
      ),
    );
  return (
    <fieldset className={errors.length > 0 ? "field field-bad rows" : "field rows"}>
      <legend>
        {rowsTitle(parameter, cells)}
        {parameter.required && <span className="required"> *</span>}
      </legend>
      {parameter.doc && <p className="hint">{parameter.doc}</p>}
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
        <div className="row" key={index}>
          {cells.map((cell, place) => (
            <Field key={cell.name} label={cellLabel(cell, row, cells, devices)}>
              {(ids) => (
                <Control
                  parameter={cell}
                  value={row[place] ?? ""}
                  devices={devices}
                  beside={cells}
                  ids={ids}
                  onChange={(value) => set(index, place, value)}
                />
              )}
            </Field>
          ))}
          <Button
            kind="quiet"
            icon="minus"
            label={`Remove row ${index + 1}`}
            onClick={() => onChange(rows.filter((_, other) => other !== index))}
            disabled={rows.length === 1 && Boolean(parameter.required)}
          >
            {""}
          </Button>
          <RowLimits row={row} cells={cells} devices={devices} />
        </div>
      ))}
      <Errors messages={errors} />
      <Button kind="quiet" icon="plus" onClick={() => onChange([...rows, emptyRow(parameter)])}>
        Add a row
      </Button>
    </fieldset>
  );
}

function rowsTitle(parameter: PlanParameter, cells: PlanParameter[]): string {
  const title = parameter.title || parameter.name;
  if (title.toLowerCase() !== "args") return title;
  return cells.some((cell) => cell.type === "device" && cell.protocol === "Movable") ? "motors" : "devices";
}

function deviceOfRow(row: Cell[], cells: PlanParameter[]): string {
  const place = cells.findIndex((cell) => cell.type === "device");
  const value = row[place];
  return typeof value === "string" ? value : "";
}

function cellLabel(cell: PlanParameter, row: Cell[], cells: PlanParameter[], devices: Devices): string {
  const place = cells.findIndex((other) => other.name === cell.axis);
  return labelOf(cell, place < 0 ? "" : row[place], devices);
}

/** Name of a parameter with its units: its own, or those of the device that it is a position of. */
export function labelOf(parameter: PlanParameter, axis: unknown, devices: Devices): string {
  const name = parameter.title || parameter.name;
  const ofAxis = typeof axis === "string" && !parameter.exponent ? devices[axis]?.units : "";
  const units = parameter.units || ofAxis;
  const note = [units, parameter.relative ? "from here" : "", parameter.exponent ? "power of ten" : ""];
  const text = note.filter(Boolean).join(", ");
  return text ? `${name} (${text})` : name;
}

/** How far the motor of a row may go, and where it is now. */
function RowLimits({ row, cells, devices }: { row: Cell[]; cells: PlanParameter[]; devices: Devices }) {
  const name = deviceOfRow(row, cells);
  const device = devices[name];
  const now = useValues(bootstrap.beamline?.name ?? "").values[name]?.value;
  const told = [
    device?.limits && `Limits ${device.limits.map((limit) => figure(limit)).join(" … ")}`,
    device && typeof now === "number" && `now at ${figure(now, device.precision)}`,
  ].filter(Boolean);
  if (told.length === 0) return null;
  return (
    <p className="hint row-limits">
      {told.join(" · ")} {device?.units ?? ""}
    </p>
  );
}
