import { describe, expect, it } from "vitest";
import type { Command } from "../../api/engine";
import { sentence, waysNow } from "../control/environment_card";
import { described, limitsOf, mainReading, newer, targetOf } from "./components";
import { afterStop, afterwards, begun, failed } from "./device_actions";
import { settled } from "./device_value";

const energy = { protocols: ["Movable"], units: "eV", limits: [0, 10] as [number, number] };
const mono = { protocols: ["Readable"], readback: "mono_energy", components: { energy } };
const command = (more: Partial<Command>): Command => ({
  uid: "u",
  action: "move",
  device: "sx",
  taken_at: "",
  done_at: "t",
  outcome: "done",
  detail: "sx is at 1",
  result: {},
  ...more,
});

describe("what was read of a device with its parts", () => {
  it("has the device under its own keys and each part under its dotted name", () => {
    const read = { "sx.velocity": { value: 5 }, sx: { value: 1 } };
    expect(mainReading("sx", { protocols: [] }, read)?.value).toBe(1);
    expect(mainReading("sx", { protocols: [] }, { "sx.velocity": { value: 5 } })).toBeUndefined();
  });

  it("gives way to what was read later of the part alone", () => {
    const [early, late] = [
      { value: 1, timestamp: 10 },
      { value: 2, timestamp: 20 },
    ];
    expect(newer(early, late)).toBe(late);
    expect(newer(late, early)).toBe(late);
    expect(newer(undefined, early)).toBe(early);
  });

  it("is told without noughts that say nothing, and where it is, not that it was read", () => {
    expect(settled("0.100000")).toBe("0.1");
    expect(settled("2.4000")).toBe("2.4000");
    const idle = { doing: "read", told: "", fault: "", read: {} } as const;
    expect(afterwards(idle, command({ action: "read", detail: "sx was read" })).told).toBe("");
  });
});

describe("a device", () => {
  it("is found by the dotted name of its part", () => {
    expect(described({ mono }, "mono.energy")).toBe(energy);
    expect(described({ mono }, "mono.nothing.at.all")).toBeUndefined();
  });

  it("has limits only where they were set", () => {
    expect(limitsOf({ ...energy, limits: [0, 0] })).toBeNull();
    expect(limitsOf(energy)).toEqual([0, 10]);
  });

  it("is told by its readback", () => {
    const read = { mono_other: { value: 1 }, mono_energy: { value: 2 } };
    expect(mainReading("mono", mono, read)?.value).toBe(2);
    expect(mainReading("mono", mono, {})).toBeUndefined();
  });
});

describe("a target", () => {
  it("is a number inside the limits, a step of any size, or a state", () => {
    expect(targetOf("−0", energy, false)).toEqual({ value: -0 });
    expect(targetOf("11", energy, false)).toEqual({ fault: "It goes from 0 to 10 eV." });
    expect(targetOf("11", energy, true)).toEqual({ value: 11 });
    expect(targetOf("a", energy, false)).toHaveProperty("fault");
    expect(targetOf("", energy, true)).toHaveProperty("fault");
    expect(targetOf("open", { protocols: [], choices: ["open"] }, false)).toEqual({ value: "open" });
  });
});

describe("the end of an act", () => {
  const before = { doing: "move" as const, told: "", fault: "", read: { a: { value: 1 } } };

  it("brings what was read", () => {
    const after = afterwards(before, command({ result: { b: { value: 2 } } }));
    expect(after).toEqual({
      doing: "",
      told: "sx is at 1",
      fault: "",
      read: { a: { value: 1 }, b: { value: 2 } },
    });
  });

  it("of a read leaves a move, and how one ended, as they are", () => {
    const read = command({ action: "read", detail: "sx was read", result: { b: { value: 2 } } });
    expect(begun(before, "read")).toBe(before);
    expect(afterwards(before, read)).toMatchObject({ doing: "move", read: { b: { value: 2 } } });
    const arrived = afterwards(before, command({}));
    expect(afterwards(arrived, read)).toMatchObject({ doing: "", told: "sx is at 1" });
    expect(failed(before, "read", "cannot")).toMatchObject({ doing: "move", fault: "cannot" });
  });

  it("of a stop leaves a move to tell its own end", () => {
    const stopped = command({ action: "halt_move", detail: "sx was told to stop" });
    expect(afterStop(before, stopped).doing).toBe("move");
    expect(afterwards(afterStop(before, stopped), command({})).told).toBe("stopped on its way");
    expect(afterStop({ ...before, doing: "" }, stopped).told).toBe("sx was told to stop");
    expect(afterStop(before, command({ outcome: "failed", detail: "cannot" })).fault).toBe("cannot");
  });

  it("is a fault where it was refused, with its reason", () => {
    expect(afterwards(before, command({ outcome: "refused", detail: "held by scan" })).fault).toBe(
      "held by scan",
    );
    expect(afterwards(before, command({ outcome: "expired", detail: "" })).fault).toContain("expired");
  });
});

describe("the environment", () => {
  it("can be asked for what its state allows", () => {
    expect(waysNow("ready")).toEqual(["update", "close", "destroy"]);
    expect(waysNow("closed")).toContain("open");
    expect(waysNow("absent")).toEqual([]);
  });

  it("says why it is closed", () => {
    const closed = { closed_reason: "bake-out", plans: [], devices: [] } as never;
    expect(sentence(closed, "closed")).toBe("bake-out");
  });
});
