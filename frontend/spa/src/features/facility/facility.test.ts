import { describe, expect, it } from "vitest";
import { asLocal, asMoment, endAfter, span } from "./dates";
import { readPeople, writePeople } from "./roles";

describe("people as they are written", () => {
  it("have a role behind a colon, or are members", () => {
    expect(readPeople("ada: principal investigator, ben;eve:obs\npaul: PI").people).toEqual([
      { username: "ada", role: "principal_investigator" },
      { username: "ben", role: "member" },
      { username: "eve", role: "observer" },
      { username: "paul", role: "principal_investigator" },
    ]);
  });

  it("are told when they cannot be read", () => {
    expect(readPeople("ada: king, ben, ben").faults).toEqual([
      "ada: no role begins with “king”",
      "ben stands twice",
    ]);
    expect(readPeople(" , ").people).toEqual([]);
  });

  it("are written as they are read", () => {
    const people = readPeople("ada: pi, ben, eve: observer").people;
    expect(readPeople(writePeople(people)).people).toEqual(people);
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
