import "../../styles/catalogue.css";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { getFacets, getRuns, type RunFilters, type RunSummary } from "../../api/runs";
import { Button, Empty, Loading, Problem } from "../../components/parts";
import { useResource } from "../../live/resource";
import { Page } from "../frame/page";
import { BulkBar } from "./bulk";
import { ColumnChoice } from "./column_choice";
import { FacetList } from "./facets";
import { DateHistogram } from "./histogram";
import { RunList } from "./run_list";
import { SavedSearches } from "./saved_searches";
import { SearchBox } from "./search_box";
import { changed, columnsFrom, filtersFrom, keysOf, lineOf, usualSpans } from "./state";

const ROWS = 50;

/** The catalogue: what is asked, how it is ordered and shown is all in the address. */
export default function RunsPage() {
  const [search, setSearch] = useSearchParams();
  const [ticked, setTicked] = useState<ReadonlyMap<string, RunSummary>>(new Map());
  const filters = filtersFrom(search);
  const { cursor, sort = "", ...wanted } = filters;
  const columns = columnsFrom(search);
  const show = keysOf(columns).join(",");
  const asked = { ...filters, show, limit: ROWS };
  const page = useResource(`runs:${JSON.stringify(asked)}`, (signal) => getRuns(asked, signal));
  const facets = useResource(`facets:${JSON.stringify(wanted)}`, (signal) => getFacets(wanted, signal));
  const set = (changes: Record<string, string>) => setSearch(changed(search, changes));
  const tick = (runs: RunSummary[], isOn: boolean) => {
    const next = new Map(ticked);
    for (const run of runs) isOn ? next.set(run.uid, run) : next.delete(run.uid);
    setTicked(next);
  };
  const { data } = page;
  const errors = lineErrors(page.error);
  const isBare = data?.results.length === 0 && search.size === 0;
  const total = data ? countText(data.count) : "";
  return (
    <Page
      title="Runs"
      lead={total || " "}
      actions={
        <>
          <SavedSearches search={search} onOpen={(question) => setSearch(new URLSearchParams(question))} />
          <Link className="button button-plain" to="/exports">
            Exports
          </Link>
          <ColumnChoice columns={columns} onChange={(names) => set({ cols: names.join(",") })} />
        </>
      }
    >
      <SearchBox text={filters.q ?? ""} errors={errors} onSearch={(q) => set({ q })} />
      <Narrowed filters={wanted} onChange={set} />
      <div className={isBare ? undefined : "runs-layout"}>
        {!isBare && (
          <FacetList facets={facets.data ?? {}} line={filters.q ?? ""} onChange={(q) => set({ q })} />
        )}
        <div className="runs-main">
          {errors.length === 0 && <DateHistogram filters={wanted} onNarrow={set} />}
          {(ticked.size > 0 || (!page.error && data?.results.length !== 0)) && (
            <BulkBar
              ticked={[...ticked.values()]}
              line={lineOf(wanted)}
              total={total}
              onClear={() => setTicked(new Map())}
              onChanged={() => {
                page.refresh();
                facets.refresh();
              }}
            />
          )}
          {page.error && errors.length === 0 && <Problem error={page.error} onRetry={page.refresh} />}
          {page.isLoading && <Loading what="runs" />}
          {data && data.results.length === 0 && (
            <Empty>{search.size > 0 ? "No run fits this search." : "There are no runs yet."}</Empty>
          )}
          {data && data.results.length > 0 && (
            <RunList
              runs={data.results}
              columns={columns}
              sort={sort}
              ticked={ticked}
              onSort={(next) => set({ sort: next })}
              onTick={tick}
            />
          )}
          <nav className="pager" aria-label="Pages of the list">
            {cursor && <Button onClick={() => set({ cursor: "" })}>First page</Button>}
            {data?.next && <Button onClick={() => set({ cursor: data.next ?? "" })}>Next page</Button>}
          </nav>
        </div>
      </div>
    </Page>
  );
}

/** What the server says of the search line itself: it stands beside the box. */
function lineErrors(error: Error | null): string[] {
  if (!(error instanceof ApiError)) return [];
  return ["q", "since", "until"].flatMap((name) => error.fields[name] ?? []);
}

function countText({ value, capped }: { value: number; capped: boolean }): string {
  return `${capped ? "more than " : ""}${value.toLocaleString("en-GB")} run${value === 1 && !capped ? "" : "s"}`;
}

const WORDS: [keyof RunFilters, string][] = [
  ["plan", "plan"],
  ["status", "status"],
  ["proposal", "proposal"],
  ["beamline", "beamline"],
];

interface NarrowedProps {
  filters: RunFilters;
  onChange: (changes: Record<string, string>) => void;
}

/** From and to, and what else the address narrows the list by; each can be taken away. */
function Narrowed({ filters, onChange }: NarrowedProps) {
  const day = (text: string | undefined) => (/^\d{4}-\d{2}-\d{2}$/.test(text ?? "") ? text : "");
  const isNarrowed = Object.values(filters).some(Boolean);
  return (
    <div className="filters">
      {(["since", "until"] as const).map((name) => (
        <label className="inline" key={name}>
          {name === "since" ? "From" : "To"}
          <input
            type="date"
            value={day(filters[name])}
            onChange={(event) => onChange({ [name]: event.target.value })}
          />
        </label>
      ))}
      {usualSpans().map(({ text, since, until }) => {
        const isOn = filters.since === since && (filters.until ?? "") === until;
        return (
          <button
            key={text}
            type="button"
            className="chip span-chip"
            aria-pressed={isOn}
            onClick={() => onChange(isOn ? { since: "", until: "" } : { since, until })}
          >
            {text}
          </button>
        );
      })}
      {(["since", "until"] as const).map(
        (name) =>
          filters[name] &&
          !day(filters[name]) && (
            <Chip key={name} text={`${name} ${filters[name]}`} onDrop={() => onChange({ [name]: "" })} />
          ),
      )}
      {WORDS.map(
        ([name, word]) =>
          filters[name] && (
            <Chip key={name} text={`${word}: ${filters[name]}`} onDrop={() => onChange({ [name]: "" })} />
          ),
      )}
      {isNarrowed && (
        <Button
          kind="quiet"
          onClick={() => onChange(Object.fromEntries(Object.keys(filters).map((name) => [name, ""])))}
        >
          Clear
        </Button>
      )}
    </div>
  );
}

function Chip({ text, onDrop }: { text: string; onDrop: () => void }) {
  return (
    <button type="button" className="chip" aria-label={`No longer ${text}`} onClick={onDrop}>
      <bdi>{text}</bdi> <span aria-hidden="true">×</span>
    </button>
  );
}
