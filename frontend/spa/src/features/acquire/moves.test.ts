import { describe, expect, it } from "vitest";
import type { Devices } from "../../api/devices";
import type { DryRun, PlanDescription, PlanParameter } from "../../api/plans";
import type { VisibleItem } from "../../api/queue";
import { takes } from "../../components/format";
import { facts } from "../queue/item_details";
import { answered, takesNoData } from "./dry_run";
import { fitting, parse, statesFor, takenBy, valuesFrom, withKnownStates } from "./form_values";
import { sentence } from "./item_outcome";
import { metadataForm } from "./metadata_fields";
import { drawing } from "./preview";

const protocols = ["Movable"];
const DEVICES: Devices = {
  sx: { protocols, units: "mm", choices: [] },
  shutter: { protocols, choices: ["closed", "open"] },
  filter: { protocols, choices: ["in", "out"] },
};
const parameter = (name: string, more: Partial<PlanParameter>): PlanParameter => ({
  name,
  kind: "positional",
  type: "string",
  required: true,
  ...more,
});
const device = parameter("device", { type: "device", protocol: "Movable" });
const state = parameter("state", {});
const SET_STATE: PlanDescription = { name: "set_state", title: "", doc: "", parameters: [device, state] };

describe("a parameter that names a state", () => {
  it("offers the states of the chosen device, and such devices alone", () => {
    expect(statesFor(state, SET_STATE.parameters, { device: "shutter" }, DEVICES)).toEqual([
      "closed",
      "open",
    ]);
    expect(statesFor(state, SET_STATE.parameters, { device: "" }, DEVICES)).toEqual([]);
    expect(fitting(DEVICES, "Movable", takenBy(device, SET_STATE.parameters))).toEqual(["filter", "shutter"]);
  });

  it("is emptied when another device does not know the state", () => {
    const values = { device: "filter", state: "open" };
    expect(withKnownStates(SET_STATE, values, DEVICES)).toEqual({ device: "filter", state: "" });
    expect(withKnownStates(SET_STATE, { device: "shutter", state: "open" }, DEVICES).state).toBe("open");
  });

  it("is no other text", () => {
    const title = parameter("title", {});
    expect(statesFor(title, [device, title], { device: "shutter" }, DEVICES)).toEqual([]);
  });
});

describe("a position", () => {
  it("is asked of devices that have positions", () => {
    const motor = parameter("motor", { type: "device", protocol: "Movable" });
    const position = parameter("position", { type: "number", axis: "motor" });
    expect(fitting(DEVICES, "Movable", takenBy(motor, [motor, position]))).toEqual(["sx"]);
    expect(fitting(DEVICES, "Movable", takenBy(motor, [motor]))).toHaveLength(3);
  });
});

describe("the answer of a dry run", () => {
  const move: DryRun = { points: 0, runs: 0, is_complete: true, paths: { sx: [1] }, trajectory: {} };

  it("is a refusal beside the fields, or what the plan would do", () => {
    const refused: DryRun = { points: null, is_refused: true, fields: { num: ["too many"] } };
    expect(answered(refused)).toMatchObject({ answer: null, error: null, fields: { num: ["too many"] } });
    expect(answered(move)).toMatchObject({ answer: move, fields: {} });
  });

  it("says that there will be no run only when the plan was seen to its end", () => {
    expect(takesNoData(move)).toBe(true);
    expect(takesNoData({ ...move, is_complete: false })).toBe(false);
    expect(takesNoData({ ...move, runs: 1 })).toBe(false);
    expect(takesNoData(null)).toBe(false);
  });

  it("is drawn with the faster motor across, from where both are known", () => {
    const paths = { sy: [null, 0, 0, 1, 1], sx: [0, 0, 1, 0, 1] };
    expect(drawing(paths)).toEqual({
      across: { name: "sx", values: [0, 1, 0, 1] },
      up: { name: "sy", values: [0, 0, 1, 1] },
    });
    expect(drawing({ sx: [3, 4] })).toEqual({ across: null, up: { name: "sx", values: [3, 4] } });
    expect(drawing({})).toBeNull();
  });

  it("tells short times in seconds", () => {
    expect([takes(0.24), takes(12.34), takes(75)]).toEqual(["0.24 s", "12 s", "1:15"]);
  });
});

describe("what became of an item without a run", () => {
  const item = (more: Partial<VisibleItem>) => ({ plan: "move", reason: "", ...more }) as VisibleItem;

  it("is said in a sentence", () => {
    const at = { started_at: "2026-01-01T00:00:00Z", finished_at: "2026-01-01T00:00:05Z" };
    expect(sentence(item({ state: "queued" }))).toContain("waits");
    expect(sentence(item({ state: "completed", ...at }))).toContain("move is done after 5 s");
    expect(sentence(item({ state: "failed", reason: "limits", ...at }))).toContain("after 5 s: limits");
  });
});

describe("the details of an item", () => {
  it("are what was asked for, and how it ended", () => {
    const at = "2026-01-01T00:00:00Z";
    const item = {
      uid: "u",
      parameters: { args: [["sx", 1]], num: 3 },
      metadata: { sample: "silicon" },
      proposal: "P",
      submitted_by: "user",
      started_at: at,
      finished_at: "2026-01-01T00:01:15Z",
      reason: "limits",
    } as unknown as VisibleItem;
    const told = Object.fromEntries(facts(item));
    expect(told).toMatchObject({ args: "sx 1", num: "3", sample: "silicon", submitted: "user" });
    expect(told.ended).toContain("after 1:15");
    expect(told.reason).toBe("limits");
    expect("started" in Object.fromEntries(facts({ ...item, started_at: null }))).toBe(false);
  });
});

describe("metadata that the beamline asks for", () => {
  it("are fields in the order of its manifest, each by its type", () => {
    const schema = {
      "x-order": ["sample", "cell", "temperature"],
      required: ["sample"],
      properties: {
        temperature: { type: "number", minimum: 0 },
        cell: { enum: ["A", "B"] },
        sample: { type: "string", title: "Sample" },
      },
    };
    const form = metadataForm(schema);
    expect(form.parameters.map(({ name, type }) => [name, type])).toEqual([
      ["sample", "string"],
      ["cell", "enum"],
      ["temperature", "number"],
    ]);
    const values = valuesFrom(form, { sample: "silicon", temperature: 300 });
    expect(parse(form, values).parameters).toEqual({ sample: "silicon", temperature: 300 });
    expect(Object.keys(parse(form, valuesFrom(form, {})).errors)).toEqual(["sample"]);
  });

  it("are the sample where the beamline asks for nothing", () => {
    const form = metadataForm({});
    expect(form.parameters.map(({ name }) => name)).toEqual(["sample"]);
    expect(parse(form, valuesFrom(form, {}))).toEqual({ parameters: {}, errors: {} });
  });
});
