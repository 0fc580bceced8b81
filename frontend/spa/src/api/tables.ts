import { query, request, segment } from "./client";

/** One row of a table of plans, as the server understood it. */
export interface CheckedRow {
  /** Its number as people count; the heading is 1. */
  line: number;
  item: { plan?: string; parameters?: Record<string, unknown> };
  /** Messages by column; columns that are missing, and the row itself, among them. */
  faults: Record<string, string[]>;
  points: number | null;
  estimated_s: number | null;
}

export interface CheckedTable {
  rows: CheckedRow[];
  faulty: number;
  points: number;
  estimated_s: number;
  /** A spreadsheet file as text with tabs, to be put right here; null of what was text. */
  text: string | null;
}

/** Text as it was pasted, or a file (CSV, XLSX). */
export type Table = string | File;

function send<T>(beamline: string, proposal: string, table: Table, submit: boolean, signal?: AbortSignal) {
  const path = `beamlines/${segment(beamline)}/queue/table`;
  const asked = query({ proposal, submit: submit ? "true" : "" });
  return request<T>(`${path}${asked}`, { method: "POST", body: bodyOf(table), signal });
}

function bodyOf(table: Table): unknown {
  if (typeof table === "string") return { table };
  const form = new FormData();
  form.set("table", table);
  return form;
}

/** Check every row without queueing anything. */
export function checkTable(
  beamline: string,
  proposal: string,
  table: Table,
  signal?: AbortSignal,
): Promise<CheckedTable> {
  return send(beamline, proposal, table, false, signal);
}

/** Queue all rows, or none when one of them has a fault. */
export function queueTable(beamline: string, proposal: string, table: Table): Promise<{ uids: string[] }> {
  return send(beamline, proposal, table, true);
}
