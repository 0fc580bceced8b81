import { describe, expect, it } from "vitest";
import type { PlanDescription } from "../../api/plans";
import { asPython, asRest } from "./copy_as";
import { errorsOf, fitting, initialValues, otherErrors, parse, valuesFrom } from "./form_values";

const SCAN: PlanDescription = {
  name: "scan",
  title: "Scan over one multi-motor trajectory",
  doc: "",
  parameters: [
    { name: "detectors", kind: "positional", type: "devices", protocol: "Readable", required: true },
    {
      name: "args",
      kind: "var_positional",
      type: "group",
      required: true,
      repeat: [
        { name: "motor", kind: "positional", type: "device", protocol: "Movable", required: true },
        { name: "start", kind: "positional", type: "number", required: true },
        { name: "stop", kind: "positional", type: "number", required: true },
      ],
    },
    { name: "num", kind: "keyword", type: "integer", minimum: 1, maximum: 1000, required: true },
    { name: "settle", kind: "keyword", type: "number", units: "s", default: 0 },
    { name: "snake", kind: "keyword", type: "boolean", default: false },
  ],
};

const GIVEN = { detectors: ["det"], args: [["sx", -1, 1]], num: 21, settle: 0, snake: false };

describe("the form of a plan", () => {
  it("says what an item's parameters say, there and back", () => {
    const { parameters, errors } = parse(SCAN, valuesFrom(SCAN, GIVEN));
    expect(errors).toEqual({});
    expect(parameters).toEqual(GIVEN);
  });

  it("starts with defaults and one empty row, and names what is needed", () => {
    const values = initialValues(SCAN);
    expect(values.args).toEqual([["", "", ""]]);
    expect(values.settle).toBe("0");
    expect(Object.keys(parse(SCAN, values).errors).sort()).toEqual(["args", "detectors", "num"]);
  });

  it("puts a message beside each number that cannot be sent", () => {
    const values = { ...valuesFrom(SCAN, GIVEN), num: "2.5", settle: "soon" };
    const { errors } = parse(SCAN, values);
    expect(errors.num).toEqual(["num has to be a whole number."]);
    expect(errors.settle?.[0]).toContain("soon");
  });

  it("quotes what was typed so that its direction of writing ends with it", () => {
    const { errors } = parse(SCAN, { ...valuesFrom(SCAN, GIVEN), settle: "\u202eno" });
    expect(errors.settle).toEqual(["settle has to be a number; “\u2068\u202eno\u2069” is none."]);
  });

  it("takes words for no list of numbers, where one number or a list fits", () => {
    const also = [{ type: "array" as const }];
    const parameters = SCAN.parameters.map((one) => (one.name === "settle" ? { ...one, also } : one));
    const several = { ...SCAN, parameters };
    const parsed = (settle: string) => parse(several, { ...valuesFrom(several, GIVEN), settle });
    expect(parsed("1, 2.5 3e-1").parameters.settle).toEqual([1, 2.5, 0.3]);
    expect(parsed("two or three").errors.settle).toHaveLength(1);
  });

  it("holds numbers to their limits, with units", () => {
    const { errors } = parse(SCAN, { ...valuesFrom(SCAN, GIVEN), num: "5000" });
    expect(errors.num).toEqual(["num is at most 1000."]);
  });

  it("leaves out what was left empty, so that the plan's default holds", () => {
    expect(parse(SCAN, { ...valuesFrom(SCAN, GIVEN), settle: "" }).parameters).not.toHaveProperty("settle");
  });

  it("names the row that is wrong when there are several", () => {
    const values = {
      ...valuesFrom(SCAN, GIVEN),
      args: [
        ["sx", "0", "1"],
        ["sy", "x", "1"],
      ],
    };
    expect(parse(SCAN, values).errors.args?.[0]).toMatch(/^Row 2: /);
  });

  it("shows a refusal of the server beside the parameter that it is about", () => {
    const refused = { "args[0][1]": ["outside the limits"], num: ["too many"], proposal: ["closed"] };
    expect(errorsOf(refused, "args")).toEqual(["outside the limits"]);
    expect(errorsOf(refused, "num")).toEqual(["too many"]);
    expect(otherErrors(refused, ["args", "num"])).toEqual(["proposal: closed"]);
  });

  it("offers the devices that can do what the plan asks of them", () => {
    const devices = { sx: { protocols: ["Movable", "Readable"] }, det: { protocols: ["Readable"] } };
    expect(fitting(devices, "Movable")).toEqual(["sx"]);
    expect(fitting(devices, null)).toEqual(["det", "sx"]);
  });
});

describe("copying", () => {
  it("writes the call as one types it", () => {
    expect(asPython(SCAN, GIVEN)).toBe("RE(scan([det], sx, -1, 1, num=21, settle=0, snake=False))");
  });

  it("writes a request whose quotes hold in a shell", () => {
    const text = asRest("http://host", "demo", { plan: "scan", metadata: { sample: "it's" } });
    expect(text).toContain("http://host/api/v1/beamlines/demo/queue/items");
    expect(text).toContain("it'\\''s");
  });
});
