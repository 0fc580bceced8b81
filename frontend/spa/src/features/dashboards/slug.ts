/** The part of the address that a title becomes: letters, digits and dashes. */
export function slugOf(title: string): string {
  const plain = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[̀-ͯ]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return plain === "" || plain === "new" ? `board-${Date.now().toString(36)}` : plain;
}
