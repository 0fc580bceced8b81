import { describe, expect, it } from "vitest";
import { ApiError } from "../../api/client";
import { faultOf, stopPast } from "./device_actions";

describe("a stop", () => {
  it("is told once where no move is being asked for", async () => {
    const told: string[] = [];
    await stopPast(undefined, async () => told.push("stop"));
    expect(told).toEqual(["stop"]);
  });

  it("does not wait for a move, and is told again once the server has taken it", async () => {
    const told: string[] = [];
    let take = () => {};
    const asking = new Promise<void>((resolve) => {
      take = () => {
        told.push("move");
        resolve();
      };
    });
    const stopped = stopPast(asking, async () => told.push("stop"));
    await Promise.resolve();
    expect(told).toEqual(["stop"]);
    take();
    await stopped;
    expect(told).toEqual(["stop", "move", "stop"]);
  });

  it("is not told again where the move was refused", async () => {
    const told: string[] = [];
    await stopPast(Promise.reject(new Error("refused")), async () => told.push("stop"));
    expect(told).toEqual(["stop"]);
  });
});

describe("a fault", () => {
  it("of a rule is told once: what, why and whom to ask", () => {
    const told = "user may not move the device sx at demo: rule (aligned). Ask the beamline staff (staff).";
    const error = new ApiError(403, "forbidden", told, { device: ["rule (aligned)"] }, "Ask the staff.");
    expect(faultOf(error)).toBe(told);
  });

  it("of a value is told in sentences", () => {
    const error = new ApiError(400, "invalid", "No.", { value: ["sx goes to 10 mm"] }, "Give another.");
    expect(faultOf(error)).toBe("sx goes to 10 mm. Give another.");
  });
});
