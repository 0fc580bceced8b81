import { PROPOSAL_ROLES } from "../../api/facility";

export interface PersonInRole {
  username: string;
  role: string;
}

/** "principal_investigator" → "principal investigator". */
export const spoken = (role: string) => role.replaceAll("_", " ");

/**
 * Read people as they are written: "ada: principal investigator, ben, eve: observer".
 * A role may be written by its first letters; without one somebody is a member.
 */
export function readPeople(text: string): { people: PersonInRole[]; faults: string[] } {
  const people: PersonInRole[] = [];
  const faults: string[] = [];
  for (const part of text.split(/[,;\n]/)) {
    const [name = "", word = ""] = part.split(":").map((piece) => piece.trim());
    if (!name) continue;
    const role = roleOf(word);
    if (role === null) faults.push(`${name}: no role begins with “${word}”`);
    else if (people.some((one) => one.username === name)) faults.push(`${name} stands twice`);
    else people.push({ username: name, role });
  }
  return { people, faults };
}

function roleOf(word: string): string | null {
  if (!word) return "member";
  const wanted = word.toLowerCase().replaceAll(" ", "_");
  const short = wanted === "pi" ? "principal" : wanted;
  return PROPOSAL_ROLES.find((role) => role.startsWith(short)) ?? null;
}

/** The same people as text. */
export function writePeople(people: PersonInRole[]): string {
  return people
    .map(({ username, role }) => (role === "member" ? username : `${username}: ${spoken(role)}`))
    .join(", ");
}
