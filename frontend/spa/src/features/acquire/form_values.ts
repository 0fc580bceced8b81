import type { Devices } from "../../api/devices";
import type { PlanDescription, PlanParameter } from "../../api/plans";

/** What one control holds: text as typed, a tick, or the chosen devices. */
export type Cell = string | boolean | string[];
/** A parameter's value on the form; rows of cells for parameters that repeat. */
export type FormValue = Cell | Cell[][];
export type FormValues = Record<string, FormValue>;
export type FieldErrors = Record<string, string[]>;

export function isRepeated(parameter: PlanParameter): boolean {
  return parameter.kind === "var_positional" && parameter.type !== "devices";
}

/** The controls of one row. */
export function cellsOf(parameter: PlanParameter): PlanParameter[] {
  if (parameter.repeat && parameter.repeat.length > 0) return parameter.repeat;
  return [{ ...parameter, kind: "positional", required: true }];
}

function emptyCell(parameter: PlanParameter): Cell {
  const { default: standard, type } = parameter;
  if (type === "devices") return Array.isArray(standard) ? standard.map(String) : [];
  if (type === "boolean") return standard === true;
  if (standard === undefined || standard === null) return "";
  return typeof standard === "object" ? JSON.stringify(standard) : String(standard);
}

export function emptyRow(parameter: PlanParameter): Cell[] {
  return cellsOf(parameter).map(emptyCell);
}

export function initialValues(plan: PlanDescription): FormValues {
  return Object.fromEntries(
    plan.parameters.map((parameter) => [
      parameter.name,
      isRepeated(parameter) ? [emptyRow(parameter)] : emptyCell(parameter),
    ]),
  );
}

/** The form filled with the parameters of an earlier item. */
export function valuesFrom(plan: PlanDescription, parameters: Record<string, unknown>): FormValues {
  const values = initialValues(plan);
  for (const parameter of plan.parameters) {
    const given = parameters[parameter.name];
    if (given === undefined) continue;
    values[parameter.name] = isRepeated(parameter) ? rowsFrom(parameter, given) : cellFrom(parameter, given);
  }
  return values;
}

function rowsFrom(parameter: PlanParameter, given: unknown): Cell[][] {
  const rows = Array.isArray(given) ? given : [];
  const cells = cellsOf(parameter);
  const isGroup = Boolean(parameter.repeat?.length);
  return rows.map((row) =>
    cells.map((cell, index) => cellFrom(cell, isGroup ? (row as unknown[])[index] : row)),
  );
}

function cellFrom(parameter: PlanParameter, value: unknown): Cell {
  if (parameter.type === "devices") return Array.isArray(value) ? value.map(String) : [];
  if (parameter.type === "boolean") return value === true;
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export interface Parsed {
  parameters: Record<string, unknown>;
  errors: FieldErrors;
}

/** What the form says, as the JSON parameters of an item, with what cannot be sent beside its field. */
export function parse(plan: PlanDescription, values: FormValues): Parsed {
  const parsed: Parsed = { parameters: {}, errors: {} };
  for (const parameter of plan.parameters) {
    const messages: string[] = [];
    const value = values[parameter.name] ?? "";
    const result = isRepeated(parameter)
      ? parseRows(parameter, value as Cell[][], messages)
      : parseCell(parameter, value as Cell, messages);
    if (messages.length > 0) parsed.errors[parameter.name] = messages;
    else if (result !== undefined) parsed.parameters[parameter.name] = result;
  }
  return parsed;
}

function parseRows(parameter: PlanParameter, rows: Cell[][], messages: string[]): unknown[] | undefined {
  const cells = cellsOf(parameter);
  const isGroup = Boolean(parameter.repeat?.length);
  const parsed = rows.map((row, index) => {
    const found: string[] = [];
    const values = cells.map((cell, place) => parseCell(cell, row[place] ?? "", found));
    for (const message of found) messages.push(rows.length > 1 ? `Row ${index + 1}: ${message}` : message);
    return isGroup ? values : values[0];
  });
  if (parsed.length === 0 && parameter.required) messages.push("Add at least one row.");
  return parsed.length === 0 && !parameter.required ? undefined : parsed;
}

const titleOf = (parameter: PlanParameter) => parameter.title || parameter.name;

function parseCell(parameter: PlanParameter, cell: Cell, messages: string[]): unknown {
  const isMissing = cell === "" || (Array.isArray(cell) && cell.length === 0);
  if (isMissing) {
    if (parameter.required) messages.push(`${titleOf(parameter)} is needed.`);
    return undefined;
  }
  if (typeof cell === "boolean" || Array.isArray(cell)) return cell;
  if (parameter.nullable && /^none$/i.test(cell.trim())) return null;
  switch (parameter.type) {
    case "number":
    case "integer":
      return isList(parameter, cell)
        ? parseArray(parameter, cell, messages)
        : parseNumber(parameter, cell, messages);
    case "array":
      return parseArray(parameter, cell, messages);
    case "object":
      return parseJson(parameter, cell, messages);
    case "enum":
      return (parameter.choices ?? []).find((choice) => String(choice) === cell) ?? cell;
    default:
      return cell;
  }
}

/** Several numbers where the plan takes one or a list. */
function isList(parameter: PlanParameter, text: string): boolean {
  return (
    Boolean(parameter.also?.some(({ type }) => type === "array")) &&
    /^[-+\d.eE\s,;[\]−]+$/.test(text) &&
    /[\s,;[]/.test(text.trim())
  );
}

/** What was typed, between quotation marks, with its direction of writing kept to itself. */
export function quoted(text: string): string {
  return `“\u2068${text}\u2069”`;
}

function parseNumber(parameter: PlanParameter, text: string, messages: string[]): number | undefined {
  const value = Number(text.trim().replace(/^−/, "-"));
  const title = titleOf(parameter);
  if (text.trim() === "" || !Number.isFinite(value)) {
    messages.push(`${title} has to be a number; ${quoted(text)} is none.`);
    return undefined;
  }
  if (parameter.type === "integer" && !Number.isInteger(value)) {
    messages.push(`${title} has to be a whole number.`);
    return undefined;
  }
  const units = parameter.units ? ` ${parameter.units}` : "";
  if (parameter.minimum != null && value < parameter.minimum) {
    messages.push(`${title} is at least ${parameter.minimum}${units}.`);
  } else if (parameter.maximum != null && value > parameter.maximum) {
    messages.push(`${title} is at most ${parameter.maximum}${units}.`);
  }
  return value;
}

function parseArray(parameter: PlanParameter, text: string, messages: string[]): unknown[] | undefined {
  if (text.trim().startsWith("[")) {
    const value = parseJson(parameter, text, messages);
    if (Array.isArray(value)) return value;
    return undefined;
  }
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const numbers = parts.map(Number);
  return numbers.every(Number.isFinite) ? numbers : parts;
}

function parseJson(parameter: PlanParameter, text: string, messages: string[]): unknown {
  try {
    return JSON.parse(text);
  } catch {
    messages.push(`${titleOf(parameter)} has to be JSON.`);
    return undefined;
  }
}

/** Messages for one parameter: keys may name a part of it, as in "args[0][1]" or "args.0". */
export function errorsOf(errors: FieldErrors, name: string): string[] {
  return Object.entries(errors)
    .filter(([key]) => key === name || key.startsWith(`${name}.`) || key.startsWith(`${name}[`))
    .flatMap(([, messages]) => messages);
}

/** Messages that belong to no field of the form. */
export function otherErrors(errors: FieldErrors, names: string[]): string[] {
  return Object.entries(errors)
    .filter(
      ([key]) =>
        !names.some((name) => key === name || key.startsWith(`${name}.`) || key.startsWith(`${name}[`)),
    )
    .flatMap(([key, messages]) => messages.map((message) => `${key}: ${message}`));
}

/** What a device is asked to take: a position, or a state that has a name. */
export type Taken = "number" | "state" | null;

/** What the parameters beside a device say that it is sent to. */
export function takenBy(device: PlanParameter, beside: PlanParameter[]): Taken {
  if (beside.some(({ axis }) => axis === device.name)) return "number";
  return beside.some(isState) ? "state" : null;
}

const isState = (parameter: PlanParameter) => parameter.type === "string" && parameter.name === "state";

/** States that may be chosen for a parameter: those of the one device beside it; none when it is no state. */
export function statesFor(
  parameter: PlanParameter,
  beside: PlanParameter[],
  values: FormValues,
  devices: Devices,
): string[] {
  const owners = beside.filter(({ type }) => type === "device");
  const [owner] = owners;
  if (!isState(parameter) || !owner || owners.length > 1) return [];
  return devices[String(values[owner.name] ?? "")]?.choices ?? [];
}

/** The values without states that the chosen device does not know. */
export function withKnownStates(plan: PlanDescription, values: FormValues, devices: Devices): FormValues {
  const kept = { ...values };
  for (const parameter of plan.parameters) {
    const states = statesFor(parameter, plan.parameters, values, devices);
    if (states.length > 0 && !states.includes(String(values[parameter.name]))) kept[parameter.name] = "";
  }
  return kept;
}

/** Names of the devices that have a protocol, those that only measure first; all when none is asked for. */
export function fitting(
  devices: Devices,
  protocol: string | null | undefined,
  taken: Taken = null,
): string[] {
  return Object.entries(devices)
    .filter(([, device]) => !protocol || device.protocols.includes(protocol))
    .filter(([, device]) => !taken || Boolean(device.choices?.length) === (taken === "state"))
    .sort(([a, one], [b, other]) => rank(one) - rank(other) || a.localeCompare(b))
    .map(([name]) => name);
}

function rank(device: Devices[string]): number {
  return device.protocols.includes("Movable") ? 1 : 0;
}
