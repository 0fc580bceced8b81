import type { Rule } from "../../api/facility";

/** What a lock or a limit is made from, as it is typed. */
export interface Asked {
  what: "lock" | "limit";
  pattern: string;
  group: string;
  minimum: string;
  maximum: string;
  note: string;
}

export const NOTHING_ASKED: Asked = {
  what: "lock",
  pattern: "",
  group: "members",
  minimum: "",
  maximum: "",
  note: "",
};

export const WHOM: [group: string, text: string][] = [
  ["members", "the people of proposals"],
  ["everyone", "everyone, staff too"],
];

/** The rule that locks a device, or limits how far it goes. */
export function bodyOf({ what, pattern, group, minimum, maximum, note }: Asked): Record<string, unknown> {
  const common = { pattern: pattern.trim(), group, note: note.trim() };
  if (what === "lock") return { ...common, kind: "device", effect: "forbid", act: "move" };
  return {
    ...common,
    kind: "value",
    ...(minimum && { minimum: Number(minimum) }),
    ...(maximum && { maximum: Number(maximum) }),
  };
}

export const isLock = ({ kind, effect }: Rule) => kind === "device" && effect === "forbid";
export const isLimit = ({ kind }: Rule) => kind === "value";
