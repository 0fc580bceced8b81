/** What somebody typed as a value of metadata: JSON where it is JSON, else the words as they are. */
export function typedValue(text: string): unknown {
  const trimmed = text.trim();
  if (/^[[{"]|^-?\d|^(true|false|null)$/.test(trimmed)) {
    try {
      return JSON.parse(trimmed);
    } catch {
      return text;
    }
  }
  return text;
}
