import { cleanup, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, describe, expect, it } from "vitest";
import { bootstrap, may } from "../../bootstrap";
import { SubmitButtons } from "./submit_buttons";

function offered(scopes: string[], isEdit = false): string[] {
  bootstrap.scopes = scopes;
  render(
    <MemoryRouter>
      <SubmitButtons isEdit={isEdit} isAllowed={may("queue:write")} isBusy={false} onSubmit={() => {}} />
    </MemoryRouter>,
  );
  return screen.queryAllByRole("button").map((button) => button.textContent ?? "");
}

afterEach(cleanup);

describe("what a form can be used for", () => {
  it("is to propose, where nothing more is allowed", () => {
    expect(offered(["queue:read", "queue:propose"])).toEqual(["Propose"]);
  });

  it("is to queue, and with control of the engine to run", () => {
    expect(offered(["queue:propose", "queue:write"])).toEqual(["Add to queue"]);
    cleanup();
    expect(offered(["queue:propose", "queue:write", "engine:control"])).toEqual(["Run now", "Add to queue"]);
  });

  it("is nothing for who only watches", () => {
    expect(offered(["queue:read"])).toEqual([]);
  });

  it("is to save, while an item is changed", () => {
    expect(offered(["queue:write", "engine:control"], true)).toEqual(["Save changes"]);
  });
});
