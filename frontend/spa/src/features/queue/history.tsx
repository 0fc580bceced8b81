import { useState } from "react";
import { Link } from "react-router";
import { duplicateItem, getHistory, type HistoryFilters, type VisibleItem } from "../../api/queue";
import { may } from "../../bootstrap";
import { parametersLine, when } from "../../components/format";
import { Button, Card, Empty, Problem, StateBadge, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { DetailsButton, ItemDetails } from "./item_details";

interface HistoryProps {
  beamline: string;
  version: number;
  onCopied: () => void;
}

/** Finished items, newest first, page by page, searched and filtered. */
export function History({ beamline, version, onCopied }: HistoryProps) {
  const [cursors, setCursors] = useState<string[]>([""]);
  const [filters, setFilters] = useState<HistoryFilters>({});
  const cursor = cursors.at(-1) ?? "";
  const key = `history:${beamline}:${JSON.stringify(filters)}:${cursor}:${cursor ? "" : version}`;
  const page = useResource(key, (signal) => getHistory(beamline, { ...filters, cursor }, signal));
  const action = useAction();
  const [added, setAdded] = useState("");
  const again = async (item: VisibleItem) => {
    setAdded("");
    if (await action.run(() => duplicateItem(beamline, item.uid))) {
      setAdded(`${item.plan} was added to the queue again.`);
      onCopied();
    }
  };
  const narrow = (more: HistoryFilters) => {
    setCursors([""]);
    setFilters({ ...filters, ...more });
  };
  const rows = page.data?.results ?? [];
  const next = page.data?.next;
  const isNarrowed = Object.values(filters).some(Boolean);
  return (
    <Card title="History">
      <Filters filters={filters} onChange={narrow} />
      {page.error && <Problem error={page.error} onRetry={page.refresh} />}
      {action.error && <Problem error={action.error} />}
      <p role="status" className="done">
        {added}
      </p>
      {page.data && rows.length === 0 && (
        <Empty>{isNarrowed ? "Nothing that has finished fits." : "Nothing has finished yet."}</Empty>
      )}
      <ol className="pending" aria-label="Finished items, newest first">
        {rows.map((item) => (
          <HistoryRow
            key={item.uid}
            beamline={beamline}
            item={item}
            isBusy={action.isBusy}
            onAgain={() => void again(item)}
          />
        ))}
      </ol>
      {(next || cursors.length > 1) && (
        <div className="pager">
          <Button disabled={cursors.length < 2} onClick={() => setCursors(cursors.slice(0, -1))}>
            Newer
          </Button>
          <Button disabled={!next} onClick={() => next && setCursors([...cursors, next])}>
            Older
          </Button>
        </div>
      )}
    </Card>
  );
}

const ENDS: [states: string, text: string][] = [
  ["", "however they ended"],
  ["completed,stopped", "ended well"],
  ["failed,aborted,halted,interrupted", "did not end well"],
  ["denied", "denied"],
];

/** First moment of a day as it is told by a date field, in the zone of this computer. */
export function dayBegins(date: string, daysLater = 0): string {
  const [year, month, day] = date.split("-").map(Number);
  if (!year || !month || !day) return "";
  return new Date(year, month - 1, day + daysLater).toISOString();
}

interface FiltersProps {
  filters: HistoryFilters;
  onChange: (more: HistoryFilters) => void;
}

function Filters({ filters, onChange }: FiltersProps) {
  const [words, setWords] = useState(filters.q ?? "");
  const [days, setDays] = useState({ first: "", last: "" });
  const setDay = (more: Partial<typeof days>) => {
    const chosen = { ...days, ...more };
    setDays(chosen);
    onChange({ since: dayBegins(chosen.first), until: dayBegins(chosen.last, 1) });
  };
  return (
    <form
      className="filters"
      onSubmit={(event) => {
        event.preventDefault();
        onChange({ q: words.trim() });
      }}
    >
      <span className="inline history-search">
        <input
          type="search"
          aria-label="Search the history"
          placeholder="Plan, person, note, reason"
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            if (event.target.value === "") onChange({ q: "" });
          }}
        />
        <Button type="submit" icon="search">
          Find
        </Button>
      </span>
      <label className="inline">
        Ended
        <select value={filters.state ?? ""} onChange={(event) => onChange({ state: event.target.value })}>
          {ENDS.map(([states, text]) => (
            <option key={text} value={states}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label className="inline">
        From
        <input type="date" value={days.first} onChange={(event) => setDay({ first: event.target.value })} />
      </label>
      <label className="inline">
        To
        <input type="date" value={days.last} onChange={(event) => setDay({ last: event.target.value })} />
      </label>
    </form>
  );
}

interface HistoryRowProps {
  beamline: string;
  item: VisibleItem;
  isBusy: boolean;
  onAgain: () => void;
}

function HistoryRow({ beamline, item, isBusy, onAgain }: HistoryRowProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <li className="pending-row">
      <StateBadge state={item.state} />
      <span className="pending-what">
        <strong>{item.plan}</strong>
        <span className="muted line-rest">{item.reason || parametersLine(item.parameters)}</span>
      </span>
      <span className="muted pending-who">
        {item.submitted_by} · {item.proposal} · {when(item.finished_at)}
      </span>
      <span className="pending-actions">
        {item.run_uids.map((uid, index) => (
          <Link key={uid} className="button button-quiet" to={`/runs/${uid}`}>
            Run{item.run_uids.length > 1 ? ` ${index + 1}` : ""}
          </Link>
        ))}
        <DetailsButton item={item} isOpen={isOpen} onToggle={() => setOpen(!isOpen)} />
        {may("queue:write") && (
          <Button
            kind="quiet"
            disabled={isBusy}
            title="Put the same at the end of the queue"
            onClick={onAgain}
          >
            Run again
          </Button>
        )}
      </span>
      {isOpen && <ItemDetails item={item} beamline={beamline} />}
    </li>
  );
}
