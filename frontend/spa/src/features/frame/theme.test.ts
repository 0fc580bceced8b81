import { expect, test } from "vitest";
import { themeCookie } from "./theme";

test("over TLS the cookie goes back by TLS alone, and belongs to this host", () => {
  expect(themeCookie("dark", true)).toBe("__Host-theme=dark; path=/; max-age=31536000; samesite=lax; secure");
});

test("without TLS it is a plain one", () => {
  expect(themeCookie("light", false)).toBe("theme=light; path=/; max-age=31536000; samesite=lax");
});
