/** A part of a text: plain, somebody's name, or an address that can be followed. */
export interface Piece {
  kind: "text" | "mention" | "link";
  text: string;
  key: number;
}

const SPECIAL = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])|(?<![\w@.+-])(@\w[\w.+-]*)/g;

/** Take a text apart; addresses of the web only, never any other scheme. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(SPECIAL)) {
    if (match.index > end) found.push({ kind: "text", text: text.slice(end, match.index), key: end });
    found.push({ kind: match[1] ? "link" : "mention", text: match[0], key: match.index });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ kind: "text", text: text.slice(end), key: end });
  return found;
}
