import { describe, expect, it } from "vitest";
import { pieces } from "./pieces";

const kinds = (text: string) => pieces(text).map(({ kind, text: piece }) => [kind, piece]);

describe("pieces of a log entry", () => {
  it("finds names and addresses of the web", () => {
    expect(kinds("@ada see https://example.org/a, now")).toEqual([
      ["mention", "@ada"],
      ["text", " see "],
      ["link", "https://example.org/a"],
      ["text", ", now"],
    ]);
  });

  it("takes no other scheme for an address, and no e-mail for a name", () => {
    const text = "javascript:alert(1) ada@example.org <script>";
    expect(kinds(text)).toEqual([["text", text]]);
  });

  it("loses no character", () => {
    const text = "a @b https://c.d/e(f) @@g ‮rtl";
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });
});
