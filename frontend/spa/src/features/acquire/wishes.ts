import type { VisibleItem, Wishes } from "../../api/queue";
import { type FieldErrors, quoted } from "./form_values";

/** When an item may run and a remark, as typed. */
export interface WishTexts {
  priority: string;
  /** As a date-and-time field has it, in the zone of this computer. */
  notBefore: string;
  note: string;
  /** Uids of the items that have to end well first, with spaces between them. */
  waitsFor: string;
}

export const NO_WISHES: WishTexts = { priority: "", notBefore: "", note: "", waitsFor: "" };

const two = (value: number) => String(value).padStart(2, "0");

function localText(moment: string | null | undefined): string {
  const date = moment ? new Date(moment) : null;
  if (!date || Number.isNaN(date.getTime())) return "";
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What an item wishes, to be changed. */
export function wishesOf(item: VisibleItem): WishTexts {
  return {
    priority: item.priority ? String(item.priority) : "",
    notBefore: localText(item.not_before),
    note: item.note ?? "",
    waitsFor: (item.waits_for ?? []).join(" "),
  };
}

export function isAnyWish(texts: WishTexts): boolean {
  return Object.values(texts).some(Boolean);
}

/** The wishes as they are sent. With `before` only what is another than it was; emptied ones are taken back. */
export function parseWishes(
  texts: WishTexts,
  before: WishTexts = NO_WISHES,
): { wishes: Wishes; errors: FieldErrors } {
  const wishes: Wishes = {};
  const errors: FieldErrors = {};
  if (texts.priority !== before.priority) {
    const priority = Number(texts.priority.trim() || "0");
    if (Number.isInteger(priority)) wishes.priority = priority;
    else errors.priority = [`Priority has to be a whole number; ${quoted(texts.priority)} is none.`];
  }
  if (texts.notBefore !== before.notBefore) {
    wishes.not_before = texts.notBefore ? new Date(texts.notBefore).toISOString() : null;
  }
  if (texts.waitsFor !== before.waitsFor) wishes.waits_for = texts.waitsFor.split(" ").filter(Boolean);
  if (texts.note !== before.note) wishes.note = texts.note;
  return { wishes, errors };
}
