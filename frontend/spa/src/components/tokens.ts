/** A design token as the page has it now, for canvas drawing where CSS does not reach. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#888";
}
