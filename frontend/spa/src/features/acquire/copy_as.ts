import type { PlanDescription } from "../../api/plans";
import { isRepeated } from "./form_values";

/** A Python literal of a JSON value. */
export function literal(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  const pairs = Object.entries(value as object).map(
    ([key, inner]) => `${JSON.stringify(key)}: ${literal(inner)}`,
  );
  return `{${pairs.join(", ")}}`;
}

function argument(value: unknown, isDevice: boolean): string {
  if (!isDevice) return literal(value);
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

/** The call of the plan as one would type it at the beamline. */
export function asPython(plan: PlanDescription, parameters: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const parameter of plan.parameters) {
    const value = parameters[parameter.name];
    if (value === undefined) continue;
    const isDevice = parameter.type === "device" || parameter.type === "devices";
    if (isRepeated(parameter)) parts.push(...rows(parameter.repeat ?? null, value as unknown[], isDevice));
    else if (parameter.kind === "var_positional") parts.push(...(value as string[]));
    else if (parameter.kind === "keyword") parts.push(`${parameter.name}=${argument(value, isDevice)}`);
    else parts.push(argument(value, isDevice));
  }
  return `RE(${plan.name}(${parts.join(", ")}))`;
}

function rows(repeat: PlanDescription["parameters"] | null, value: unknown[], isDevice: boolean): string[] {
  if (!repeat?.length) return value.map((one) => argument(one, isDevice));
  return value.flatMap((row) =>
    (row as unknown[]).map((one, index) => argument(one, repeat[index]?.type === "device")),
  );
}

/** The item as the queue takes it, to be kept or sent. */
export function asItem(body: object): string {
  return JSON.stringify(body, null, 2);
}

/** The request that adds the same item to the queue, for a terminal; `$KEY` as in the documentation. */
export function asRest(
  origin: string,
  beamline: string,
  body: { plan: string; [name: string]: unknown },
): string {
  const text = JSON.stringify(body).replaceAll("'", "'\\''");
  return [
    `# adds ${body.plan} to the queue of ${beamline}; make a key with queue:write at ${origin}/account/tokens`,
    "# export KEY=bp_...",
    `curl -H "Authorization: ApiKey $KEY" -H "Content-Type: application/json" \\`,
    `  -d '${text}' \\`,
    `  ${origin}/api/v1/beamlines/${beamline}/queue/items`,
  ].join("\n");
}
