import { describe, expect, it } from "vitest";
import { changesOf, inWords, moment } from "./changes";
import { asLocal, asMoment, endAfter, span } from "./dates";
import { cutAtLast, joined, readPeople } from "./roles";

describe("people as they are written", () => {
  it("have a role behind a colon, or are members", () => {
    expect(readPeople("ada: principal investigator, ben;eve:obs\npaul: PI").people).toEqual([
      { username: "ada", role: "principal_investigator" },
      { username: "ben", role: "member" },
      { username: "eve", role: "observer" },
      { username: "paul", role: "principal_investigator" },
    ]);
  });

  it("are told when they cannot be read, and stay to be mended", () => {
    const read = readPeople("ada: king, ben, ben: observer");
    expect(read.faults).toEqual(["ada: no role begins with “king”"]);
    expect(read.left).toBe("ada: king");
    expect(read.people).toEqual([{ username: "ben", role: "observer" }]);
    expect(readPeople(" , ").people).toEqual([]);
  });

  it("come to those who are there, with the role that was said last", () => {
    const people = readPeople("ada, ben").people;
    expect(joined(people, readPeople("ada: pi").people)).toEqual([
      { username: "ben", role: "member" },
      { username: "ada", role: "principal_investigator" },
    ]);
  });

  it("are whole at the last comma; what is behind it is still typed", () => {
    expect(cutAtLast("ada: pi, be")).toEqual(["ada: pi", "be"]);
    expect(cutAtLast("ada")).toEqual(["", "ada"]);
    expect(cutAtLast("ada;")).toEqual(["ada", ""]);
  });
});

describe("dates of a visit", () => {
  it("go to the server with their zone and come back as the same clock", () => {
    const moment = asMoment("2026-11-23T08:00");
    expect(moment).toMatch(/Z$/);
    expect(asLocal(moment)).toBe("2026-11-23T08:00");
    expect(asMoment("")).toBeNull();
    expect(asLocal("no date")).toBe("");
  });

  it("end so many days later at the same hour, over the change of clocks too", () => {
    expect(endAfter("2026-03-28T08:00", 2)).toBe("2026-03-30T08:00");
    expect(endAfter("", 2)).toBe("");
  });

  it("are told as a span", () => {
    expect(span(asMoment("2026-11-23T08:00"), null)).toBe("2026-11-23 08:00 – any time");
  });
});

describe("what an act changed", () => {
  it("is told key by key: changed, come and gone", () => {
    const before = { role: "member", note: "old", days: 30 };
    const after = { role: "principal_investigator", days: 30, is_archived: true };
    expect(changesOf(before, after)).toEqual([
      { name: "role", was: "member", is: "principal investigator" },
      { name: "archived", was: null, is: "yes" },
      { name: "note", was: "old", is: null },
    ]);
    expect(changesOf({ role: null }, { role: "member" })).toEqual([
      { name: "role", was: null, is: "member" },
    ]);
    expect(changesOf({ contact: "ada" }, { contact: null })).toEqual([
      { name: "contact", was: "ada", is: "none" },
    ]);
  });

  it("is told in the order of a sentence, not of the database", () => {
    const dates = { ends_at: "b", starts_at: "a", title: "c" };
    expect(changesOf(null, dates).map(({ name }) => name)).toEqual(["title", "starts", "ends"]);
  });

  it("leaves out of something new what is empty, and what stands beside it", () => {
    const visit = { number: "P-v1", beamline: "demo", note: "", state: "coming", members: [] };
    expect(changesOf(null, visit, ["P-v1", "demo"])).toEqual([{ name: "state", was: null, is: "coming" }]);
  });

  it("tells people of a list by their names, and of plain lists what came and went", () => {
    const ada = { username: "ada", display_name: "Ada Lovelace", role: "member" };
    expect(changesOf({ members: [ada] }, { members: [{ ...ada, role: "observer" }] })).toEqual([
      { name: "members › Ada Lovelace (ada)", was: "member", is: "observer" },
    ]);
    expect(changesOf({ members: ["ada", "ben"] }, { members: ["ben", "eve"] })).toEqual([
      { name: "members", was: "ada", is: "eve" },
    ]);
    expect(changesOf({ order: ["a", "b"] }, { order: ["b", "a"] })).toEqual([
      { name: "order", was: "a, b", is: "b, a" },
    ]);
  });

  it("looks into things, as deep as a line can tell, and takes what is no thing as it is", () => {
    expect(changesOf({ parameters: { num: 5 } }, { parameters: { num: 11 } })).toEqual([
      { name: "parameters › num", was: "5", is: "11" },
    ]);
    expect(changesOf("open", "closed")).toEqual([{ name: "", was: "open", is: "closed" }]);
    expect(changesOf({ a: { b: { c: { d: { e: 1 } } } } }, null)).toEqual([
      { name: "a › b › c › d", was: '{"e":1}', is: null },
    ]);
    expect(changesOf(null, null)).toEqual([]);
  });

  it("is written in words: moments, times, yes and no, uids by their first letters", () => {
    expect(moment("2026-11-23T08:00:00Z")).toMatch(/^23 November 2026, \d\d:\d\d$/);
    expect(inWords("starts_at", "2026-11-23T08:00:00+00:00")).toBe(moment("2026-11-23T08:00:00Z"));
    expect(inWords("note", "2026-11-23")).toBe("2026-11-23");
    expect(inWords("settle_time_s", 75)).toBe("1:15");
    expect(inWords("item", "0f0e0d0c-0000-4000-8000-000000000000")).toBe("0f0e0d0c…");
    expect([inWords("is_active", false), inWords("title", ""), inWords("members", [])]).toEqual([
      "no",
      "none",
      "none",
    ]);
  });
});
