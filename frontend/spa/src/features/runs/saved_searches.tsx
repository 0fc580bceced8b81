import { useState } from "react";
import { forgetSearch, getSearches, type SavedSearch, saveSearch } from "../../api/searches";
import { Button, Dialog, Field, Problem, useAction } from "../../components/parts";
import { ProposalField } from "../../components/proposal_field";
import { useResource } from "../../live/resource";

interface SavedSearchesProps {
  /** The address of the page now, without the page of the list. */
  search: URLSearchParams;
  onOpen: (question: Record<string, string>) => void;
}

/** Searches that are kept: opened, made of what is asked now, shared with a proposal, forgotten. */
export function SavedSearches({ search, onOpen }: SavedSearchesProps) {
  const kept = useResource("searches", (signal) => getSearches(signal));
  const [isSaving, setSaving] = useState(false);
  const action = useAction();
  const rows = kept.data ?? [];
  return (
    <details className="menu">
      <summary className="button button-plain">
        Saved searches{rows.length ? ` (${rows.length})` : ""}
      </summary>
      <div className="menu-body">
        {kept.error && <Problem error={kept.error} onRetry={kept.refresh} />}
        {action.error && <Problem error={action.error} />}
        {rows.length === 0 && <p className="empty">None yet.</p>}
        <ul className="menu-list">
          {rows.map((row) => (
            <li key={row.uid}>
              <button type="button" className="link" onClick={() => onOpen(row.question)}>
                {row.name}
              </button>
              <span className="muted">{sharing(row)}</span>
              {row.is_mine && (
                <Button
                  kind="quiet"
                  icon="trash"
                  label={`Forget ${row.name}`}
                  busy={action.isBusy}
                  onClick={() => void action.run(() => forgetSearch(row.uid)).then(kept.refresh)}
                >
                  {null}
                </Button>
              )}
            </li>
          ))}
        </ul>
        <Button icon="plus" onClick={() => setSaving(true)}>
          Save this search …
        </Button>
      </div>
      {isSaving && (
        <SaveDialog
          search={search}
          onClose={() => setSaving(false)}
          onSaved={() => {
            setSaving(false);
            kept.refresh();
          }}
        />
      )}
    </details>
  );
}

function sharing({ is_mine, owner, proposal, beamline }: SavedSearch): string {
  const place = proposal ?? beamline;
  if (is_mine) return place ? `shared with ${place}` : "";
  return `by ${owner}`;
}

interface SaveDialogProps {
  search: URLSearchParams;
  onClose: () => void;
  onSaved: () => void;
}

function SaveDialog({ search, onClose, onSaved }: SaveDialogProps) {
  const [name, setName] = useState("");
  const [proposal, setProposal] = useState("");
  const action = useAction();
  const question = Object.fromEntries([...search].filter(([key]) => key !== "cursor"));
  return (
    <Dialog title="Save this search" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const wanted = { name: name.trim(), question, ...(proposal && { proposal }) };
          void action.run(() => saveSearch(wanted)).then((isDone) => isDone && onSaved());
        }}
      >
        <Field label="Name" required>
          {(ids) => (
            <input
              {...ids}
              value={name}
              required
              maxLength={100}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <ProposalField label="Shared with" proposal={proposal} none="nobody" onProposal={setProposal} />
        {action.error && <Problem error={action.error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.isBusy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
