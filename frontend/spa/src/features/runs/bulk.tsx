import { useState } from "react";
import { Link } from "react-router";
import { changeTags } from "../../api/annotations";
import { getFormats, orderExport } from "../../api/exports";
import { getRights } from "../../api/figures";
import type { RunSummary } from "../../api/runs";
import { bootstrap, may } from "../../bootstrap";
import { plural } from "../../components/format";
import { Button, Dialog, Field, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";

export const MOST_COMPARED = 20;

interface BulkBarProps {
  ticked: RunSummary[];
  /** The search as one line: what an export of all that match is ordered by. */
  line: string;
  total: string;
  onClear: () => void;
  onChanged: () => void;
}

/** What can be done with the runs that are ticked; stays in sight as long as there are any. */
export function BulkBar({ ticked, line, total, onClear, onChanged }: BulkBarProps) {
  const [asked, setAsked] = useState<"tags" | "export" | null>(null);
  // Rights hang on the proposal of a run: those on the first one say which buttons there are.
  const first = ticked[0]?.uid ?? null;
  const rights = useResource(first && `rights:${first}`, (signal) => getRights(first ?? "", signal));
  const can = (scope: string) => rights.data?.includes(scope) ?? false;
  const canExport = first ? can("run:export") : may("run:export") || bootstrap.proposals.length > 0;
  const uids = ticked.map(({ uid }) => uid);
  const canCompare = ticked.length >= 2 && ticked.length <= MOST_COMPARED;
  return (
    <section className="bulk-bar" aria-label="Ticked runs">
      <strong role="status">
        {ticked.length ? `${plural(ticked.length, "run")} ticked` : "None ticked"}
      </strong>
      {canCompare ? (
        <Link className="button button-primary" to={compareAddress(uids)}>
          Compare
        </Link>
      ) : (
        <span className="muted">tick 2 to {MOST_COMPARED} to compare</span>
      )}
      {can("run:annotate") && <Button onClick={() => setAsked("tags")}>Tags …</Button>}
      {canExport && (
        <Button icon="download" onClick={() => setAsked("export")}>
          Export …
        </Button>
      )}
      {ticked.length > 0 && (
        <Button kind="quiet" onClick={onClear}>
          Untick
        </Button>
      )}
      {asked === "tags" && (
        <TagsDialog
          uids={uids}
          onClose={() => setAsked(null)}
          onDone={() => {
            setAsked(null);
            onChanged();
          }}
        />
      )}
      {asked === "export" && (
        <ExportDialog uids={uids} line={line} total={total} onClose={() => setAsked(null)} />
      )}
    </section>
  );
}

export function compareAddress(uids: string[]): string {
  const search = new URLSearchParams(uids.map((uid) => ["run", uid]));
  return `/runs/compare?${search}`;
}

const words = (text: string) => [...new Set(text.split(/[\s,]+/).filter(Boolean))];

interface TagsDialogProps {
  uids: string[];
  onClose: () => void;
  onDone: () => void;
}

function TagsDialog({ uids, onClose, onDone }: TagsDialogProps) {
  const [add, setAdd] = useState("");
  const [remove, setRemove] = useState("");
  const action = useAction();
  const hasAny = words(add).length + words(remove).length > 0;
  return (
    <Dialog title={`Tags of ${plural(uids.length, "run")}`} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void action
            .run(() => changeTags(uids, words(add), words(remove)))
            .then((isDone) => isDone && onDone());
        }}
      >
        <Field label="Put on" hint="Words, with blanks between. All runs get them, or none.">
          {(ids) => <input {...ids} value={add} onChange={(event) => setAdd(event.target.value)} />}
        </Field>
        <Field label="Take off">
          {(ids) => <input {...ids} value={remove} onChange={(event) => setRemove(event.target.value)} />}
        </Field>
        {action.error && <Problem error={action.error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.isBusy} disabled={!hasAny}>
            Change tags
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface ExportDialogProps {
  uids: string[];
  line: string;
  total: string;
  onClose: () => void;
}

function ExportDialog({ uids, line, total, onClose }: ExportDialogProps) {
  const formats = useResource("formats", (signal) => getFormats(signal));
  const [format, setFormat] = useState("nexus");
  const [isAll, setAll] = useState(uids.length === 0);
  const [isOrdered, setOrdered] = useState(false);
  const action = useAction();
  const order = { format, ...(isAll ? { query: line || "uid:*" } : { runs: uids }) };
  return (
    <Dialog title="Export runs" onClose={onClose}>
      {isOrdered ? (
        <>
          <p className="notice notice-ok" role="status">
            The export is being written.
          </p>
          <div className="dialog-actions">
            <Button onClick={onClose}>Close</Button>
            <Link className="button button-primary" to="/exports">
              Go to the exports
            </Link>
          </div>
        </>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void action.run(() => orderExport(order)).then((isDone) => isDone && setOrdered(true));
          }}
        >
          <fieldset className="facet">
            <legend>Which</legend>
            {uids.length > 0 && (
              <label className="inline">
                <input type="radio" name="which" checked={!isAll} onChange={() => setAll(false)} />
                {plural(uids.length, "ticked run")}
              </label>
            )}
            <label className="inline">
              <input type="radio" name="which" checked={isAll} onChange={() => setAll(true)} />
              all that match ({total}; 1000 at most)
            </label>
          </fieldset>
          <Field label="Format">
            {(ids) => (
              <select {...ids} value={format} onChange={(event) => setFormat(event.target.value)}>
                {(formats.data ?? []).map(({ name, title, ending }) => (
                  <option key={name} value={name}>
                    {title} (.{ending})
                  </option>
                ))}
              </select>
            )}
          </Field>
          {(formats.error ?? action.error) && <Problem error={(formats.error ?? action.error) as Error} />}
          <div className="dialog-actions">
            <Button onClick={onClose}>Cancel</Button>
            <Button kind="primary" type="submit" busy={action.isBusy}>
              Export
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
