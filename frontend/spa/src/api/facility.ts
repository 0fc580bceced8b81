import { bootstrap } from "../bootstrap";
import { ApiError, errorFrom, query, request, segment } from "./client";

export const PROPOSAL_ROLES = ["principal_investigator", "member", "observer"] as const;
export type ProposalRole = (typeof PROPOSAL_ROLES)[number];

export interface Paged<T> {
  results: T[];
  next: string | null;
}

export interface Proposal {
  uid: string;
  number: string;
  external_id: string | null;
  title: string;
  beamlines: string[];
  starts_at: string | null;
  ends_at: string | null;
  is_closed: boolean;
  audience: "" | "signed_in" | "everyone";
  embargo_until: string | null;
  data_owner: string;
}

export interface Member {
  username: string;
  display_name: string;
  role: ProposalRole;
}

export interface Visit {
  number: string;
  proposal: string;
  proposal_title: string;
  beamline: string;
  starts_at: string;
  ends_at: string;
  state: "cancelled" | "past" | "current" | "coming";
  local_contact: string | null;
  note: string;
  members: Member[];
}

export interface Person {
  username: string;
  display_name: string;
  email: string;
  is_active: boolean;
  is_facility_admin: boolean;
  last_login: string | null;
  proposals: { number: string; role: string }[];
  beamlines: { name: string; role: string }[];
}

export interface AuditEntry {
  id: number;
  at: string;
  username: string;
  on_behalf_of: string;
  address: string;
  action: string;
  object_kind: string;
  object_id: string;
  /** What it is called now; empty where it is gone or has no name. */
  object_name: string;
  beamline: string;
  proposal: string;
  before: unknown;
  after: unknown;
  reason: string;
}

export interface Rule {
  uid: string;
  /** The whole rule in words. */
  text: string;
  kind: string;
  effect: string;
  act: string;
  pattern: string;
  group: string;
  proposal: string | null;
  note: string;
}

export interface Group {
  name: string;
  title: string;
  is_built_in: boolean;
  members: string[] | null;
}

export interface Why {
  is_allowed: boolean;
  reasons: string[];
  rules: string[];
  groups: string[];
  scopes: string[];
  ask: string[];
}

export interface ImportReport {
  is_dry_run: boolean;
  counts: Record<"added" | "changed" | "unchanged" | "refused", number>;
  rows: {
    kind: string;
    row: number;
    key: string;
    outcome: string;
    detail: string;
    fields: Record<string, string[]>;
  }[];
}

export interface DataPolicy {
  owner: string;
  kept: { beamline: string; days: number | null; with_assets: boolean; rule: string }[];
}

export interface SiteStatus {
  status: string;
  database: boolean;
  broker: boolean;
  workers: { ready: number; expected: number };
}

type Words = Record<string, string | number | null | undefined>;

const get =
  <T>(path: string) =>
  (words: Words = {}, signal?: AbortSignal): Promise<T> =>
    request(`${path}${query(words)}`, { signal });

export const getProposals = get<Paged<Proposal>>("proposals");
export const getVisits = get<Paged<Visit>>("visits");
export const getPeople = get<Paged<Person>>("people");
export const getAudit = get<Paged<AuditEntry>>("audit");

export function getProposal(number: string, signal?: AbortSignal): Promise<Proposal> {
  return request(`proposals/${segment(number)}`, { signal });
}

export function saveProposal(number: string | null, body: Partial<Proposal>): Promise<Proposal> {
  return number === null
    ? request("proposals", { method: "POST", body })
    : request(`proposals/${segment(number)}`, { method: "PATCH", body });
}

export function publish(
  number: string,
  body: { audience: string; embargo_until: string | null; reason: string },
): Promise<unknown> {
  return request(`proposals/${segment(number)}/publication`, { method: "PUT", body });
}

export function getMembers(number: string, signal?: AbortSignal): Promise<{ results: Member[] }> {
  return request(`proposals/${segment(number)}/members`, { signal });
}

export function setMember(number: string, username: string, role: string): Promise<Member> {
  return request(`proposals/${segment(number)}/members`, { method: "POST", body: { username, role } });
}

export function removeMember(number: string, username: string): Promise<unknown> {
  return request(`proposals/${segment(number)}/members/${segment(username)}`, { method: "DELETE" });
}

export function getDataPolicy(number: string, signal?: AbortSignal): Promise<DataPolicy> {
  return request(`proposals/${segment(number)}/data-policy`, { signal });
}

export function keepFor(proposal: string, days: number | null, note: string): Promise<unknown> {
  return request("retention", { method: "POST", body: { proposal, days, note } });
}

export function getVisit(number: string, signal?: AbortSignal): Promise<Visit> {
  return request(`visits/${segment(number)}`, { signal });
}

export interface NewVisit {
  proposal: string;
  beamline: string;
  starts_at: string;
  ends_at: string;
  members: { username: string; role: string }[];
  local_contact: string;
  note: string;
}

export function createVisit(body: NewVisit): Promise<Visit> {
  return request("visits", { method: "POST", body });
}

export type VisitChange = Partial<Omit<NewVisit, "proposal" | "members">> & { reason?: string };

export function changeVisit(number: string, body: VisitChange): Promise<Visit> {
  return request(`visits/${segment(number)}`, { method: "PATCH", body });
}

export function cancelVisit(number: string): Promise<unknown> {
  return request(`visits/${segment(number)}`, { method: "DELETE" });
}

export function setVisitMember(number: string, username: string, role: string): Promise<Visit> {
  return request(`visits/${segment(number)}/members`, { method: "POST", body: { username, role } });
}

export function removeVisitMember(number: string, username: string): Promise<unknown> {
  return request(`visits/${segment(number)}/members/${segment(username)}`, { method: "DELETE" });
}

export function createPerson(body: Record<string, string>): Promise<Person> {
  return request("people", { method: "POST", body });
}

export function setActive(usernames: string[], isActive: boolean, reason: string): Promise<unknown> {
  return request("people/activity", { method: "POST", body: { usernames, is_active: isActive, reason } });
}

export function lookAs(username: string, reason: string): Promise<{ username: string; until: string }> {
  return request("impersonation", { method: "POST", body: { username, reason } });
}

export function getStaff(beamline: string, signal?: AbortSignal): Promise<{ results: Member[] }> {
  return request(`beamlines/${segment(beamline)}/staff`, { signal });
}

export function assignStaff(beamline: string, username: string, role: string): Promise<unknown> {
  return request(`beamlines/${segment(beamline)}/staff`, { method: "POST", body: { username, role } });
}

export function unassignStaff(beamline: string, username: string): Promise<unknown> {
  return request(`beamlines/${segment(beamline)}/staff/${segment(username)}`, { method: "DELETE" });
}

export function getRules(beamline: string, signal?: AbortSignal): Promise<{ results: Rule[] }> {
  return request(`beamlines/${segment(beamline)}/rules`, { signal });
}

export function addRule(beamline: string, body: Record<string, unknown>): Promise<Rule> {
  return request(`beamlines/${segment(beamline)}/rules`, { method: "POST", body });
}

export function removeRule(beamline: string, uid: string): Promise<unknown> {
  return request(`beamlines/${segment(beamline)}/rules/${segment(uid)}`, { method: "DELETE" });
}

export function getGroups(beamline: string, signal?: AbortSignal): Promise<{ results: Group[] }> {
  return request(`beamlines/${segment(beamline)}/groups`, { signal });
}

export function addGroup(beamline: string, body: Record<string, unknown>): Promise<Group> {
  return request(`beamlines/${segment(beamline)}/groups`, { method: "POST", body });
}

export function removeGroup(beamline: string, name: string): Promise<unknown> {
  return request(`beamlines/${segment(beamline)}/groups/${segment(name)}`, { method: "DELETE" });
}

export function getWhy(beamline: string, words: Words, signal?: AbortSignal): Promise<Why> {
  return request(`beamlines/${segment(beamline)}/permits${query(words)}`, { signal });
}

/** Where the audit log is to be had as a file. */
export function auditFile(form: "csv" | "jsonl", words: Words): string {
  return `/api/v1/audit/file${query({ ...words, form })}`;
}

/** Send rows of another system: JSON with its kinds, or a table of one kind. */
export async function sendImport(text: string, kind: string, isDryRun: boolean): Promise<ImportReport> {
  const isJson = kind === "json";
  const path = `/api/v1/facility/imports${query({ kind: isJson ? "" : kind, is_dry_run: String(isDryRun) })}`;
  const headers = {
    Accept: "application/json",
    "Content-Type": isJson ? "application/json" : "text/csv",
    "X-CSRFToken": bootstrap.csrf_token,
  };
  const response = await fetch(path, { method: "POST", headers, body: text, credentials: "same-origin" });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw errorFrom(response.status, body);
  return body as ImportReport;
}

export async function getSiteStatus(signal?: AbortSignal): Promise<SiteStatus> {
  const response = await fetch("/status", { credentials: "same-origin", ...(signal && { signal }) });
  const body: unknown = await response.json().catch(() => null);
  if (body === null) throw new ApiError(response.status, "error", "The state of the site is not told.");
  return body as SiteStatus;
}
