import { afterEach, describe, expect, it, vi } from "vitest";
import { bootstrap } from "../bootstrap";
import { lookForSession } from "./session";

const page = (username: string, csrf_token: string) =>
  `<script id="bootstrap" type="application/json">${JSON.stringify({ user: { username }, csrf_token })}</script>`;

function answer(body: string, path: string): Response {
  const made = new Response(body);
  Object.defineProperty(made, "url", { value: `http://localhost:3000${path}` });
  return made;
}

describe("a session that has ended", () => {
  afterEach(() => {
    bootstrap.user.username = "";
    bootstrap.csrf_token = "";
  });

  it("is waited for while the server sends to the door", async () => {
    const goOn = vi.fn();
    expect(await lookForSession(async () => answer("", "/login"), goOn)).toBe("signed out");
    expect(goOn).not.toHaveBeenCalled();
  });

  it("goes on with the new token when the same person is back", async () => {
    bootstrap.user.username = "ada";
    const goOn = vi.fn();
    expect(await lookForSession(async () => answer(page("ada", "new"), "/live"), goOn)).toBe("back");
    expect(bootstrap.csrf_token).toBe("new");
    expect(goOn).toHaveBeenCalledOnce();
  });

  it("is not gone on with by somebody else", async () => {
    bootstrap.user.username = "ada";
    const goOn = vi.fn();
    expect(await lookForSession(async () => answer(page("eve", "new"), "/live"), goOn)).toBe("somebody else");
    expect(bootstrap.csrf_token).toBe("");
    expect(goOn).not.toHaveBeenCalled();
  });
});
