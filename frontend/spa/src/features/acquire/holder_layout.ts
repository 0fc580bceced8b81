import type { Sample } from "../../api/samples";

/** One place of a holder, counted from 0; without a sample where none is known to be in it. */
export interface Place {
  row: number;
  column: number;
  name: string;
  sample: Sample | null;
}

/** A holder as it is drawn: rows of places. */
export interface Holder {
  name: string;
  columns: number;
  places: Place[];
}

const MOST_A_SIDE = 26;
const WRAP = 12;

interface At {
  row: number;
  column: number;
}

/** Where a position is: "B3", "2,3" (row, column) or "7" along the holder; null where it is said otherwise. */
export function placeOf(position: string): At | null {
  const text = position.trim();
  const lettered = /^([A-Z])[ -]?(\d{1,2})$/i.exec(text);
  if (lettered?.[1] && lettered[2])
    return inside((lettered[1].toUpperCase().codePointAt(0) ?? 65) - 65, Number(lettered[2]) - 1);
  const pair = /^(\d{1,2})\s*[,;/x]\s*(\d{1,2})$/.exec(text);
  if (pair) return inside(Number(pair[1]) - 1, Number(pair[2]) - 1);
  const along = /^\d{1,3}$/.test(text) ? Number(text) - 1 : -1;
  return along < 0 ? null : inside(Math.floor(along / WRAP), along % WRAP);
}

function inside(row: number, column: number): At | null {
  return row >= 0 && column >= 0 && row < MOST_A_SIDE && column < MOST_A_SIDE ? { row, column } : null;
}

/** Samples on holders that can be drawn, and those whose place is not known, or taken by another. */
export function layout(samples: Sample[]): { holders: Holder[]; others: Sample[] } {
  const byHolder = new Map<string, Map<string, { at: At; sample: Sample }>>();
  const others: Sample[] = [];
  for (const sample of samples) {
    const at = sample.holder ? placeOf(sample.position) : null;
    const found = byHolder.get(sample.holder) ?? new Map();
    const key = at ? `${at.row} ${at.column}` : "";
    if (!at || found.has(key)) others.push(sample);
    else byHolder.set(sample.holder, found.set(key, { at, sample }));
  }
  return { holders: [...byHolder].map(([name, found]) => holderOf(name, found)), others };
}

function holderOf(name: string, found: Map<string, { at: At; sample: Sample }>): Holder {
  const at = [...found.values()].map((one) => one.at);
  const rows = Math.max(...at.map(({ row }) => row)) + 1;
  const columns = Math.max(...at.map(({ column }) => column)) + 1;
  const isLettered = [...found.values()].some(({ sample }) => /^[A-Z]/i.test(sample.position.trim()));
  const places = Array.from({ length: rows * columns }, (_, index) => {
    const place = { row: Math.floor(index / columns), column: index % columns };
    const sample = found.get(`${place.row} ${place.column}`)?.sample ?? null;
    const usual = isLettered
      ? `${String.fromCodePoint(65 + place.row)}${place.column + 1}`
      : rows > 1
        ? `${place.row + 1},${place.column + 1}`
        : String(place.column + 1);
    return { ...place, name: sample?.position ?? usual, sample };
  });
  return { name, columns, places };
}
