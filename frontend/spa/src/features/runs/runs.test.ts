import { describe, expect, it } from "vitest";
import { chosen, completed, quoted, terms, toggled, typedAt } from "./search_line";
import {
  changed,
  columnsFrom,
  filtersFrom,
  keysOf,
  lineOf,
  nextSort,
  spanOf,
  stepFor,
  usualSpans,
} from "./state";

describe("usual spans", () => {
  it("end and begin with whole days, over the turn of months and years", () => {
    expect(usualSpans(new Date(2027, 0, 3, 12))).toEqual([
      { text: "Today", since: "2027-01-03", until: "" },
      { text: "7 days", since: "2026-12-28", until: "" },
      { text: "This month", since: "2027-01-01", until: "" },
      { text: "Last month", since: "2026-12-01", until: "2026-12-31" },
    ]);
    expect(usualSpans(new Date(2028, 2, 31)).at(-1)).toMatchObject({
      since: "2028-02-01",
      until: "2028-02-29",
    });
  });
});

describe("a search line", () => {
  it("falls into terms at blanks that stand in no quotes", () => {
    expect(terms('LaB6 plan:scan,count sample:"two words" -status:fail "phase map"')).toEqual([
      "LaB6",
      "plan:scan,count",
      'sample:"two words"',
      "-status:fail",
      '"phase map"',
    ]);
  });

  it("quotes what would mean something else", () => {
    expect(quoted("LaB6-1.5")).toBe("LaB6-1.5");
    expect(quoted("two words")).toBe('"two words"');
    expect(quoted("a,b*")).toBe('"a,b*"');
    expect(quoted('say "x"')).toBe('"say \\"x\\""');
    expect(quoted("1..2")).toBe('"1..2"');
  });

  it("takes values of a facet in and out again, and keeps the rest", () => {
    const one = toggled("LaB6 -status:fail", "plan", "scan");
    expect(one).toBe("LaB6 -status:fail plan:scan");
    const two = toggled(one, "plan", "a, b");
    expect(two).toBe('LaB6 -status:fail plan:scan,"a, b"');
    expect(chosen(two, "plan")).toEqual(["scan", "a, b"]);
    expect(toggled(toggled(two, "plan", "scan"), "plan", "a, b")).toBe("LaB6 -status:fail");
  });

  it("is not confused by what never closes or by nothing", () => {
    for (const line of ["", '"', 'a:"', "a:,,", "::", "-", '\\"', "a:b:c"]) {
      expect(() => [
        terms(line),
        chosen(line, "a"),
        toggled(line, "a", "b"),
        typedAt(line, line.length),
      ]).not.toThrow();
    }
  });

  it("knows what is being typed and completes it", () => {
    expect(typedAt("LaB6 pl", 7)).toEqual({ from: 5, to: 7, key: null, prefix: "pl" });
    expect(completed("LaB6 pl", typedAt("LaB6 pl", 7), "plan")).toEqual({ line: "LaB6 plan:", caret: 10 });
    const typed = typedAt("plan:scan,co -x", 12);
    expect(typed).toEqual({ from: 10, to: 12, key: "plan", prefix: "co" });
    expect(completed("plan:scan,co -x", typed, "count").line).toBe("plan:scan,count -x");
    expect(completed('sample:"two w', typedAt('sample:"two w', 13), "two words").line).toBe(
      'sample:"two words" ',
    );
    expect(typedAt("-sta", 4)).toMatchObject({ from: 1, prefix: "sta" });
  });
});

describe("the address of the page of runs", () => {
  it("holds all of its state and nothing that is not asked for", () => {
    const search = new URLSearchParams("q=LaB6&plan=&sort=-energy&cols=scan,energy,scan&evil=1");
    expect(filtersFrom(search)).toEqual({ q: "LaB6", sort: "-energy" });
    expect(columnsFrom(search)).toEqual(["scan", "energy"]);
    expect(keysOf(["scan", "energy", "sample.name"])).toEqual(["energy", "sample.name"]);
  });

  it("begins at the first page when other runs are asked for", () => {
    const search = new URLSearchParams("q=a&cursor=x");
    expect(`${changed(search, { q: "b" })}`).toBe("q=b");
    expect(`${changed(search, { cols: "scan" })}`).toBe("q=a&cursor=x&cols=scan");
    expect(`${changed(search, { q: "" })}`).toBe("");
  });

  it("orders by a heading: largest first, smallest first, as usual", () => {
    expect(nextSort("", "scan_id")).toBe("-scan_id");
    expect(nextSort("-scan_id", "scan_id")).toBe("scan_id");
    expect(nextSort("scan_id", "scan_id")).toBe("");
    expect(nextSort("", "time")).toBe("time");
  });

  it("becomes one line for an export or a saved search", () => {
    expect(lineOf({ q: "a or b", plan: "my scan", since: "2026-11" })).toBe(
      '(a or b) plan:"my scan" since:2026-11',
    );
    expect(lineOf({})).toBe("");
  });

  it("chooses bars by the span, and a span by the bars", () => {
    expect([3600, 40 * 86_400, 300 * 86_400, 9e8].map(stepFor)).toEqual(["hour", "day", "week", "month"]);
    const bar = (begins: string, start: number) => ({ begins, start });
    expect(spanOf("day", bar("2026-11-01", 0), bar("2026-11-03", 0))).toEqual({
      since: "2026-11-01",
      until: "2026-11-03",
    });
    expect(spanOf("month", bar("2026-10-01", 0), bar("2026-11-01", 0))).toEqual({
      since: "2026-10",
      until: "2026-11",
    });
    expect(spanOf("hour", bar("", 0), bar("", 3600))).toEqual({
      since: "1970-01-01T00:00:00.000Z",
      until: "1970-01-01T01:59:59.000Z",
    });
  });
});
