import { type FormEvent, useEffect, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { type Facets, getFacets, getRuns, type RunFilters, type RunSummary } from "../../api/runs";
import { duration, when } from "../../components/format";
import { Button, Empty, Loading, Problem, StateBadge, TableRegion } from "../../components/parts";
import { useResource } from "../../live/resource";
import { Page } from "../frame/page";

const NAMES = ["q", "plan", "status", "proposal", "since", "until", "cursor"] as const;

/** The whole state of the page is in its address. */
export function filtersFrom(search: URLSearchParams): RunFilters {
  const filters: RunFilters = {};
  for (const name of NAMES) {
    const value = search.get(name);
    if (value) filters[name] = value;
  }
  return filters;
}

export default function RunsPage() {
  const [search, setSearch] = useSearchParams();
  const filters = filtersFrom(search);
  const { cursor, ...without } = filters;
  const page = useResource(`runs:${search}`, (signal) => getRuns({ ...filters, limit: 50 }, signal));
  const facets = useResource(`facets:${JSON.stringify(without)}`, (signal) => getFacets(without, signal));
  const set = (changes: Record<string, string>) => {
    const next = new URLSearchParams(search);
    next.delete("cursor");
    for (const [name, value] of Object.entries(changes)) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    setSearch(next);
  };
  const { data } = page;
  return (
    <Page title="Runs" lead={data ? countText(data.count) : " "}>
      <SearchBox text={filters.q ?? ""} onSearch={(q) => set({ q })} />
      <Filters filters={filters} facets={facets.data ?? {}} onChange={set} />
      {page.error && <Problem error={page.error} onRetry={page.refresh} />}
      {page.isLoading && <Loading what="runs" />}
      {data && data.results.length === 0 && (
        <Empty>{search.size > 0 ? "No run fits this search." : "There are no runs yet."}</Empty>
      )}
      {data && data.results.length > 0 && <RunTable runs={data.results} />}
      <div className="pager">
        {cursor && <Button onClick={() => set({})}>Newest</Button>}
        {data?.next && <Button onClick={() => set({ cursor: data.next ?? "" })}>Older</Button>}
      </div>
    </Page>
  );
}

function countText({ value, capped }: { value: number; capped: boolean }): string {
  return `${capped ? "more than " : ""}${value.toLocaleString("en-GB")} run${value === 1 && !capped ? "" : "s"}`;
}

function SearchBox({ text, onSearch }: { text: string; onSearch: (text: string) => void }) {
  const [draft, setDraft] = useState(text);
  useEffect(() => setDraft(text), [text]);
  return (
    <search>
      <form
        className="search-box"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          onSearch(draft.trim());
        }}
      >
        <input
          type="search"
          aria-label="Search runs"
          placeholder="Words, or key:value such as plan_name:scan sample:lysozyme motors:sx"
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
        />
        <Button type="submit" kind="primary" icon="search">
          Search
        </Button>
      </form>
    </search>
  );
}

interface FiltersProps {
  filters: RunFilters;
  facets: Facets;
  onChange: (changes: Record<string, string>) => void;
}

function Filters({ filters, facets, onChange }: FiltersProps) {
  const isFiltered = NAMES.some((name) => name !== "cursor" && filters[name]);
  return (
    <div className="filters">
      <FacetChoice
        label="Plan"
        value={filters.plan ?? ""}
        rows={facets.plan ?? []}
        onChange={(plan) => onChange({ plan })}
      />
      <FacetChoice
        label="Status"
        value={filters.status ?? ""}
        rows={facets.status ?? []}
        onChange={(status) => onChange({ status })}
      />
      <FacetChoice
        label="Proposal"
        value={filters.proposal ?? ""}
        rows={facets.proposal ?? []}
        onChange={(proposal) => onChange({ proposal })}
      />
      <label className="inline">
        From
        <input
          type="date"
          value={filters.since ?? ""}
          onChange={(event) => onChange({ since: event.target.value })}
        />
      </label>
      <label className="inline">
        To
        <input
          type="date"
          value={filters.until ?? ""}
          onChange={(event) => onChange({ until: event.target.value })}
        />
      </label>
      {isFiltered && (
        <Button
          kind="quiet"
          onClick={() => onChange({ q: "", plan: "", status: "", proposal: "", since: "", until: "" })}
        >
          Clear
        </Button>
      )}
    </div>
  );
}

interface FacetChoiceProps {
  label: string;
  value: string;
  rows: { value: string; count: number }[];
  onChange: (value: string) => void;
}

function FacetChoice({ label, value, rows, onChange }: FacetChoiceProps) {
  const isKnown = !value || rows.some((row) => row.value === value);
  return (
    <label className="inline">
      {label}
      <select value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">any</option>
        {!isKnown && <option value={value}>{value}</option>}
        {rows.map((row) => (
          <option key={row.value} value={row.value}>
            {row.value} ({row.count})
          </option>
        ))}
      </select>
    </label>
  );
}

function RunTable({ runs }: { runs: RunSummary[] }) {
  return (
    <TableRegion className="card" label="Runs">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Scan</th>
            <th scope="col">Plan</th>
            <th scope="col">Started</th>
            <th scope="col">Took</th>
            <th scope="col">Points</th>
            <th scope="col">Motors</th>
            <th scope="col">Detectors</th>
            <th scope="col">Sample</th>
            <th scope="col">Proposal</th>
            <th scope="col">Status</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.uid}>
              <th scope="row">
                <Link to={`/runs/${run.uid}`}>{run.scan_id ?? run.uid.slice(0, 8)}</Link>
              </th>
              <td>{run.plan_name}</td>
              <td>{when(run.time)}</td>
              <td className="number">{duration((run.stop_time ?? Number.NaN) - run.time)}</td>
              <td className="number">{run.num_events.primary ?? run.num_points ?? "–"}</td>
              <td>{run.motors.join(", ")}</td>
              <td>{run.detectors.join(", ")}</td>
              <td>{run.sample ?? ""}</td>
              <td>{run.proposal ?? ""}</td>
              <td>
                <StateBadge state={run.exit_status} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableRegion>
  );
}
