import { request, segment } from "./client";

export type ParameterType =
  | "device"
  | "devices"
  | "number"
  | "integer"
  | "string"
  | "boolean"
  | "array"
  | "object"
  | "enum"
  | "group";

export interface PlanParameter {
  name: string;
  kind: "positional" | "keyword" | "var_positional";
  title?: string;
  doc?: string;
  required?: boolean;
  default?: unknown;
  type: ParameterType;
  protocol?: string | null;
  units?: string | null;
  minimum?: number | null;
  maximum?: number | null;
  choices?: unknown[] | null;
  nullable?: boolean;
  /** Other types that are taken as well. */
  also?: { type: ParameterType }[];
  /** Name of the device parameter beside it whose units these positions have. */
  axis?: string | null;
  relative?: boolean;
  exponent?: boolean;
  /** Says how many points are taken. */
  points?: boolean;
  /** Groups that span a grid, the first the slowest, instead of going together. */
  product?: boolean;
  repeat?: PlanParameter[] | null;
}

export interface PlanDescription {
  name: string;
  title: string;
  doc: string;
  module?: string;
  group?: string;
  parameters: PlanParameter[];
}

export interface DryRun {
  points: number | null;
  streams?: unknown;
  estimated_s?: number | null;
  /** Where each motor is sent, by name. */
  paths?: Record<string, number[]>;
  /** Where each motor is at each point; null as long as that is not known. */
  trajectory?: Record<string, (number | null)[]>;
  runs?: number;
  /** Whether the plan was followed to its end. */
  is_complete?: boolean;
  devices?: string[];
  problems?: string[];
  /** The parameters do not fit; `fields` says why. */
  is_refused?: boolean;
  fields?: Record<string, string[]>;
}

export interface Plans {
  plans: PlanDescription[];
  /** What is wrong with the plan files: these plans are not in the list. */
  faults: unknown[];
}

export async function getPlans(beamline: string, signal?: AbortSignal): Promise<Plans> {
  const answer = await request<{ plans: Record<string, PlanDescription>; faults: unknown[] }>(
    `beamlines/${segment(beamline)}/plans`,
    { signal },
  );
  const plans = Object.values(answer.plans).sort((a, b) => a.name.localeCompare(b.name));
  return { plans, faults: answer.faults };
}

export function getPlan(beamline: string, plan: string, signal?: AbortSignal): Promise<PlanDescription> {
  return request(`beamlines/${segment(beamline)}/plans/${segment(plan)}`, { signal });
}

export function dryRun(
  beamline: string,
  body: { plan: string; parameters: Record<string, unknown> },
  signal?: AbortSignal,
): Promise<DryRun> {
  return request(`beamlines/${segment(beamline)}/dry-run`, { method: "POST", body, signal });
}
