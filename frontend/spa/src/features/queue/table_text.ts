import type { CheckedRow } from "../../api/tables";

/** A pasted table: cells by line, the heading first, with what stands between them. */
export interface Cells {
  delimiter: string;
  lines: string[][];
}

const DELIMITERS = ["\t", ";", ","];

/** Which of the three stands most often in the heading, as the server decides it too. */
function delimiterOf(text: string): string {
  const [heading = ""] = text.split("\n", 1);
  const count = (mark: string) => heading.split(mark).length;
  return DELIMITERS.reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

/** Cells of a CSV or tab-separated text; quotes may hold delimiters, line ends and doubled quotes. */
export function cellsOf(text: string): Cells {
  const delimiter = delimiterOf(text);
  const lines: string[][] = [[]];
  let cell = "";
  let isQuoted = false;
  const endCell = () => {
    lines.at(-1)?.push(cell);
    cell = "";
  };
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at] ?? "";
    if (isQuoted) {
      if (mark !== '"') cell += mark;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (mark === '"' && cell === "") isQuoted = true;
    else if (mark === delimiter) endCell();
    else if (mark === "\n") {
      endCell();
      lines.push([]);
    } else if (mark !== "\r") cell += mark;
  }
  endCell();
  if (lines.at(-1)?.join("") === "") lines.pop();
  return { delimiter, lines };
}

/** The cells as text again. */
export function textOf({ delimiter, lines }: Cells): string {
  const quoted = (cell: string) =>
    cell.includes(delimiter) || /["\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  return lines.map((line) => `${line.map(quoted).join(delimiter)}\n`).join("");
}

/** The text with another content of one cell; `line` as people count, the heading being 1. */
export function withCell(text: string, line: number, column: number, content: string): string {
  const cells = cellsOf(text);
  const changed = cells.lines.map((old, index) => {
    if (index !== line - 1) return old;
    const padded = [...old, ...Array<string>(Math.max(0, column + 1 - old.length)).fill("")];
    return padded.map((cell, place) => (place === column ? content : cell));
  });
  return textOf({ ...cells, lines: changed });
}

/** How the server names a member of a repeated parameter: "group 2, stop: …". */
const OF_GROUP = /^group (\d+), ([^:]+): (.+)$/s;

/** The column that a message is about, and what is to be said there; null where it has none. */
function placeOf(name: string, message: string, columns: string[]): [column: string, text: string] | null {
  if (columns.includes(name)) return [name, message];
  const [, group, member = "", text = ""] = OF_GROUP.exec(message) ?? [];
  const spellings = [`${member}_${group}`, `${member} ${group}`, ...(group === "1" ? [member] : [])];
  const column = spellings.find((spelling) => columns.includes(spelling));
  return column ? [column, text] : null;
}

/** Faults of a row that belong to a column of the table, and those that belong to none. */
export function faultsByPlace(
  row: CheckedRow,
  columns: string[],
): { cells: Record<string, string[]>; rest: string[] } {
  const cells: Record<string, string[]> = {};
  const rest: string[] = [];
  for (const [name, messages] of Object.entries(row.faults)) {
    for (const message of messages) {
      const place = placeOf(name, message, columns);
      if (place) cells[place[0]] = [...(cells[place[0]] ?? []), place[1]];
      else rest.push(name === "row" ? message : `${name}: ${message}`);
    }
  }
  return { cells, rest };
}

/** Rows to draw: those with faults first to be seen when there are more than can be drawn. */
export function shownRows(rows: CheckedRow[], most: number): CheckedRow[] {
  if (rows.length <= most) return rows;
  const faulty = rows.filter((row) => Object.keys(row.faults).length > 0).slice(0, most);
  const good = rows.filter((row) => Object.keys(row.faults).length === 0).slice(0, most - faulty.length);
  return [...faulty, ...good].sort((a, b) => a.line - b.line);
}
