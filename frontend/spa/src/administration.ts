/** Names for those controls of Django's administration that it leaves without one, so that they can be told. */
import "./styles/administration.css";

const LABELS = "legend, label";
const SELECT2 = ".select2-selection[role], .select2-selection__rendered[role], .select2-search__field";

const textOf = (element: Element | null | undefined) =>
  element?.textContent?.trim().replace(/[:*\s]+$/, "") ?? "";

function call(control: Element, name: string): void {
  if (name && control.getAttribute("aria-label") !== name) control.setAttribute("aria-label", name);
}

/** What a control is about: its label, or in a table of rows its column and its row. */
function subjectOf(control: Element): string {
  const cell = control.closest(".tabular td");
  if (cell === null) return textOf(control.closest(".form-row")?.querySelector(LABELS));
  const column = [...cell.classList].find((name) => name.startsWith("field-"))?.replace("field-", "column-");
  const head = column && cell.closest("table")?.querySelector(`thead .${CSS.escape(column)}`);
  const row = textOf(cell.closest("tr")?.querySelector(".original p"));
  return [textOf(head || null) || "Delete", row].filter(Boolean).join(" of ");
}

function nameAll(): void {
  for (const box of document.querySelectorAll(".vDateField, .vTimeField"))
    call(box, `${subjectOf(box)}, ${box.classList.contains("vDateField") ? "date" : "time"}`);
  for (const control of document.querySelectorAll(
    ".tabular td > select, .tabular td.delete input, .tabular td > input:not([type=hidden])",
  ))
    call(control, subjectOf(control));
  for (const part of document.querySelectorAll(SELECT2)) call(part, subjectOf(part) || "Search");
  for (const icon of document.querySelectorAll(".help-tooltip[aria-label]")) icon.setAttribute("role", "img");
}

nameAll();
// Rows are added by a press, and boxes are made by scripts that may come later.
new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });
