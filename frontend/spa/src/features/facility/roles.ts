import { PROPOSAL_ROLES } from "../../api/facility";

export interface PersonInRole {
  username: string;
  role: string;
}

/** "principal_investigator" → "principal investigator". */
export const spoken = (role: string) => role.replaceAll("_", " ");

const BETWEEN = /[,;\n]/;

/** Whether a text names more than one person. */
export const isList = (text: string) => BETWEEN.test(text);

/**
 * Read people as they are written: "ada: principal investigator, ben, eve: observer".
 * A role may be written by its first letters; without one somebody is a member. Who stands twice has the role
 * that was written last.
 */
export function readPeople(text: string): { people: PersonInRole[]; faults: string[]; left: string } {
  const people = new Map<string, PersonInRole>();
  const [faults, left]: [string[], string[]] = [[], []];
  for (const part of text.split(BETWEEN)) {
    const [username = "", word = ""] = part.split(":").map((piece) => piece.trim());
    const role = roleOf(word);
    if (role === null) {
      faults.push(`${username}: no role begins with “${word}”`);
      left.push(part.trim());
    } else if (username) people.set(username, { username, role });
  }
  return { people: [...people.values()], faults, left: left.join(", ") };
}

/** People and others; who is among both has the new role. */
export function joined(people: PersonInRole[], others: PersonInRole[]): PersonInRole[] {
  const rest = people.filter(({ username }) => !others.some((one) => one.username === username));
  return [...rest, ...others];
}

/** What is typed when a comma has ended a name: the names that are whole, and the one that is still typed. */
export function cutAtLast(text: string): [whole: string, rest: string] {
  const at = Math.max(...[",", ";", "\n"].map((mark) => text.lastIndexOf(mark)));
  return [text.slice(0, Math.max(at, 0)), text.slice(at + 1).trimStart()];
}

function roleOf(word: string): string | null {
  if (!word) return "member";
  const wanted = word.toLowerCase().replaceAll(" ", "_");
  const short = wanted === "pi" ? "principal" : wanted;
  return PROPOSAL_ROLES.find((role) => role.startsWith(short)) ?? null;
}
