import type { ParameterType, PlanDescription, PlanParameter } from "../../api/plans";

/** A beamline that asks for nothing is asked for this: one can search for it later. */
const SAMPLE = {
  title: "Sample",
  description: "Kept with the run; you can search for it later.",
  type: "string",
};

const TYPES: Record<string, ParameterType> = {
  string: "string",
  number: "number",
  integer: "integer",
  boolean: "boolean",
  array: "array",
  object: "object",
};

interface Property {
  title?: string;
  description?: string;
  type?: string | string[];
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
}

/** The metadata that the beamline asks for, as a form of their own, in the order of its manifest. */
export function metadataForm(schema: Record<string, unknown>): PlanDescription {
  const properties = (schema.properties ?? { sample: SAMPLE }) as Record<string, Property>;
  const needed = Array.isArray(schema.required) ? schema.required : [];
  const order = Array.isArray(schema["x-order"]) ? schema["x-order"].map(String) : [];
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  const parameters = Object.entries(properties)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([name, property]) => field(name, property, needed.includes(name)));
  return { name: "metadata", title: "", doc: "", parameters };
}

function field(name: string, property: Property, required: boolean): PlanParameter {
  const types = Array.isArray(property.type) ? property.type : [property.type ?? "string"];
  const type = types.find((one) => one in TYPES) ?? "string";
  return {
    name,
    kind: "keyword",
    title: property.title ?? name,
    doc: property.description ?? "",
    required,
    type: property.enum ? "enum" : (TYPES[type] ?? "string"),
    choices: property.enum ?? null,
    default: property.default,
    minimum: property.minimum ?? null,
    maximum: property.maximum ?? null,
  };
}
