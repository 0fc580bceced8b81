import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EngineStatus } from "../../api/status";
import { bootstrap } from "../../bootstrap";
import { BeamlineContext } from "../../live/store";
import { StopStrip } from "./stop_strip";

const RUNNING = {
  worker: "ready",
  engine_state: "running",
  item: { state: "running", plan: "scan" },
} as EngineStatus;

const asked: { url: string; body: unknown }[] = [];

function answer(status: number, body: unknown) {
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    asked.push({ url, body: JSON.parse(String(init.body)) });
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
}

function strip(status: EngineStatus | null) {
  return (
    <BeamlineContext value={{ status, failure: null, refresh: () => {} }}>
      <StopStrip />
    </BeamlineContext>
  );
}

const show = (status: EngineStatus | null) => render(strip(status));

beforeEach(() => {
  asked.length = 0;
  bootstrap.beamline = { name: "demo", title: "Demo" };
  bootstrap.scopes = ["engine:stop", "engine:control"];
  HTMLDialogElement.prototype.showModal = function showModal() {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function close() {
    this.open = false;
  };
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("pause and abort", () => {
  it("pauses at once with one press", async () => {
    answer(202, { uid: "c" });
    show(RUNNING);
    fireEvent.click(screen.getByRole("button", { name: "Pause" }));
    await waitFor(() =>
      expect(asked).toEqual([{ url: "/api/v1/beamlines/demo/engine/pause", body: { defer: false } }]),
    );
  });

  it("says that it pauses before anybody has answered, and can be pressed again", () => {
    vi.stubGlobal("fetch", () => new Promise(() => {}));
    const { rerender } = show(RUNNING);
    fireEvent.click(screen.getByRole("button", { name: "Pause" }));
    expect(screen.getByRole("button", { name: "Pausing…" })).toHaveProperty("disabled", false);
    rerender(strip({ ...RUNNING, engine_state: "paused" }));
    expect(screen.getByRole("button", { name: "Resume" })).toBeTruthy();
  });

  it("forgets that it was to pause when that was refused", async () => {
    answer(409, { code: "conflict", detail: "Nothing runs at demo." });
    show(RUNNING);
    fireEvent.click(screen.getByRole("button", { name: "Pause" }));
    expect(await screen.findByRole("button", { name: "Pause" })).toBeTruthy();
  });

  it("forgets it when the engine was paused and goes on", () => {
    vi.stubGlobal("fetch", () => new Promise(() => {}));
    const { rerender } = show(RUNNING);
    fireEvent.click(screen.getByRole("button", { name: "Pause" }));
    rerender(strip({ ...RUNNING, engine_state: "pausing" }));
    expect(screen.getByRole("button", { name: "Pausing…" })).toBeTruthy();
    rerender(strip({ ...RUNNING, engine_state: "paused" }));
    rerender(strip(RUNNING));
    expect(screen.getByRole("button", { name: "Pause" })).toBeTruthy();
  });

  it("can be pressed while nothing is known of the beamline", () => {
    show(null);
    expect(screen.getByRole("button", { name: "Pause" })).toHaveProperty("disabled", false);
    expect(screen.getByRole("button", { name: "Abort" })).toHaveProperty("disabled", false);
  });

  it("rests while nothing moves", () => {
    show({ ...RUNNING, engine_state: "idle", item: null });
    expect(screen.getByRole("button", { name: "Abort" })).toHaveProperty("disabled", true);
  });

  it("offers to resume instead when the plan is paused", async () => {
    answer(202, { uid: "c" });
    show({ ...RUNNING, engine_state: "paused" });
    expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Resume" }));
    await waitFor(() => expect(asked[0]?.url).toBe("/api/v1/beamlines/demo/engine/resume"));
  });

  it("sends the reason with the chosen way to end", async () => {
    answer(202, { uid: "c" });
    show(RUNNING);
    fireEvent.click(screen.getByRole("button", { name: "Abort" }));
    fireEvent.click(screen.getByRole("radio", { name: /Stop early/ }));
    fireEvent.change(screen.getByLabelText("Reason"), { target: { value: "enough" } });
    fireEvent.click(screen.getByRole("button", { name: "Stop early" }));
    await waitFor(() =>
      expect(asked).toEqual([{ url: "/api/v1/beamlines/demo/engine/stop", body: { reason: "enough" } }]),
    );
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("says why it was refused and what to do", async () => {
    answer(409, { code: "conflict", detail: "Nothing runs at demo.", hint: "Start the queue." });
    show(RUNNING);
    fireEvent.click(screen.getByRole("button", { name: "Pause" }));
    expect(await screen.findByText("Nothing runs at demo.")).toBeTruthy();
    expect(screen.getByText("Start the queue.")).toBeTruthy();
  });

  it("lets who only watches stop things, and neither resume nor halt them", () => {
    bootstrap.scopes = ["engine:stop"];
    show({ ...RUNNING, engine_state: "paused" });
    expect(screen.queryByRole("button", { name: "Resume" })).toBeNull();
    expect(screen.getByRole("button", { name: "Pause" })).toHaveProperty("disabled", true);
    fireEvent.click(screen.getByRole("button", { name: "Abort" }));
    expect(screen.queryByRole("radio", { name: /Halt/ })).toBeNull();
    expect(screen.getByRole("radio", { name: /Stop early/ })).toBeTruthy();
  });

  it("is not shown to who may not stop the beamline", () => {
    bootstrap.scopes = [];
    show(RUNNING);
    expect(screen.queryByRole("button", { name: "Abort" })).toBeNull();
  });
});
