import { describe, expect, it } from "vitest";
import { stopPast } from "./device_actions";

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
