/** Terms of a search line, as the server's grammar has them: blanks part terms, quotes keep them together. */

export function terms(line: string): string[] {
  return line.match(/(?:"(?:\\.|[^"\\])*"?|\/(?:\\.|[^/\\\s])*\/i?|[^\s"])+/g) ?? [];
}

/** A value as it can stand after `key:`. */
export function quoted(value: string): string {
  return /^[\p{L}\p{N}_.+-]+$/u.test(value) && !value.includes("..") && !/^or$/i.test(value)
    ? value
    : `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  return text.replace(/^"|"$/g, "").replace(/\\(["\\])/g, "$1");
}

function valuesOf(term: string, key: string): string[] | null {
  if (!term.startsWith(`${key}:`)) return null;
  const rest = term.slice(key.length + 1);
  return (rest.match(/(?:"(?:\\.|[^"\\])*"?|[^,"])+/g) ?? []).map(unquoted);
}

/** The values that the line allows of a key. */
export function chosen(line: string, key: string): string[] {
  return terms(line).flatMap((term) => valuesOf(term, key) ?? []);
}

/** The line with a value of a key allowed, or no longer. */
export function toggled(line: string, key: string, value: string): string {
  const before = chosen(line, key);
  const after = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
  const rest = terms(line).filter((term) => valuesOf(term, key) === null);
  return [...rest, ...(after.length ? [`${key}:${after.map(quoted).join(",")}`] : [])].join(" ");
}

/** The term that is being typed: where it stands, and what would complete it. */
export interface Typed {
  from: number;
  to: number;
  key: string | null;
  prefix: string;
}

export function typedAt(line: string, caret: number): Typed {
  let from = 0;
  let isQuoted = false;
  for (let place = 0; place < caret; place += 1) {
    if (line[place] === '"' && line[place - 1] !== "\\") isQuoted = !isQuoted;
    if (!isQuoted && /[\s()]/.test(line[place] ?? "")) from = place + 1;
  }
  if (line[from] === "-") from += 1;
  const text = line.slice(from, caret);
  const colon = text.indexOf(":");
  if (colon < 0) return { from, to: caret, key: null, prefix: unquoted(text) };
  const values = text.slice(colon + 1);
  const last = Math.max(0, values.lastIndexOf(",") + 1);
  return {
    from: from + colon + 1 + last,
    to: caret,
    key: text.slice(0, colon),
    prefix: unquoted(values.slice(last)),
  };
}

/** The line with what was typed completed, and where the caret goes. */
export function completed(line: string, typed: Typed, choice: string): { line: string; caret: number } {
  const text = typed.key === null ? `${choice}:` : `${quoted(choice)} `;
  const rest = line.slice(typed.to);
  const glue = typed.key !== null && rest.startsWith(" ") ? text.trimEnd() : text;
  return { line: line.slice(0, typed.from) + glue + rest, caret: typed.from + glue.length };
}
