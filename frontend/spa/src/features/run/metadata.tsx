import { useState } from "react";
import {
  getMetadata,
  getRevisions,
  type Revision,
  restoreRevision,
  reviseMetadata,
} from "../../api/annotations";
import type { Document, RunDetail } from "../../api/runs";
import { compactJson, plural, when } from "../../components/format";
import { Button, Card, Code, CopyButton, Dialog, Field, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { inTwo, inWords } from "./metadata_words";
import { typedValue } from "./typed_value";

/** Metadata as they hold, each change a revision with its reason; the start document stays as it came. */
export function Metadata({ run, canChange }: { run: RunDetail; canChange: boolean }) {
  const held = useResource(`metadata:${run.uid}`, (signal) => getMetadata(run.uid, undefined, signal));
  const [isChanging, setChanging] = useState(false);
  const metadata = held.data?.metadata ?? run.start;
  const [told, technical] = inTwo(metadata);
  return (
    <Card
      title="Metadata"
      actions={
        <>
          {canChange && (
            <Button icon="edit" onClick={() => setChanging(true)}>
              Change …
            </Button>
          )}
          <CopyButton text={run.uid}>Copy uid</CopyButton>
        </>
      }
    >
      {held.error && <Problem error={held.error} onRetry={held.refresh} />}
      <dl className="metadata">
        {told.map(([key, value]) => (
          <Entry key={key} name={key} value={value} />
        ))}
      </dl>
      <details className="technical">
        <summary>What the plan and Beamport wrote ({plural(technical.length, "key")})</summary>
        <dl className="metadata">
          {technical.map(([key, value]) => (
            <Entry key={key} name={key} value={value} />
          ))}
          {run.stop && <Entry name="stop" value={run.stop} />}
        </dl>
      </details>
      {(held.data?.newest ?? 0) > 0 && (
        <History run={run} newest={held.data?.newest ?? 0} canChange={canChange} onChanged={held.refresh} />
      )}
      {isChanging && held.data && (
        <ChangeDialog
          run={run}
          metadata={metadata}
          base={held.data.newest}
          onClose={() => setChanging(false)}
          onDone={() => {
            setChanging(false);
            held.refresh();
          }}
        />
      )}
    </Card>
  );
}

function Entry({ name, value }: { name: string; value: unknown }) {
  const text = typeof value === "string" ? value : (JSON.stringify(value, null, 1) ?? "");
  const isLong = text.length > 100;
  return (
    <>
      <dt>
        <bdi>{name}</bdi>
      </dt>
      <dd>
        {isLong ? (
          <details>
            <summary>
              <bdi>{compactJson(value, 90)}</bdi>
            </summary>
            <Code text={text} />
          </details>
        ) : (
          <bdi>{inWords(name, value)}</bdi>
        )}
      </dd>
    </>
  );
}

interface HistoryProps {
  run: RunDetail;
  newest: number;
  canChange: boolean;
  onChanged: () => void;
}

function History({ run, newest, canChange, onChanged }: HistoryProps) {
  const answer = useResource(`revisions:${run.uid}:${newest}`, (signal) => getRevisions(run.uid, signal));
  const action = useAction();
  const restore = (number: number) =>
    void action
      .run(() => restoreRevision(run.uid, number, `back to revision ${number}`))
      .then((isDone) => isDone && onChanged());
  return (
    <details className="history">
      <summary>
        {newest} {newest === 1 ? "change" : "changes"} of the metadata
      </summary>
      {answer.error && <Problem error={answer.error} />}
      {action.error && <Problem error={action.error} />}
      <ol className="notes">
        {[...(answer.data ?? [])].reverse().map((revision) => (
          <RevisionItem key={revision.number} revision={revision}>
            {canChange && revision.number !== newest && (
              <Button kind="quiet" busy={action.isBusy} onClick={() => restore(revision.number)}>
                Back to this
              </Button>
            )}
          </RevisionItem>
        ))}
        <li>
          <p className="muted">As the run began</p>
          {canChange && (
            <Button kind="quiet" busy={action.isBusy} onClick={() => restore(0)}>
              Back to the start document
            </Button>
          )}
        </li>
      </ol>
    </details>
  );
}

function RevisionItem({ revision, children }: { revision: Revision; children: React.ReactNode }) {
  return (
    <li>
      <p className="muted">
        {revision.number}. {revision.author}, {when(revision.created_at)}: <bdi>{revision.reason}</bdi>
      </p>
      <Code text={JSON.stringify(revision.changes, null, 1)} />
      {children}
    </li>
  );
}

interface ChangeDialogProps {
  run: RunDetail;
  metadata: Document;
  base: number;
  onClose: () => void;
  onDone: () => void;
}

function ChangeDialog({ run, metadata, base, onClose, onDone }: ChangeDialogProps) {
  const [key, setKey] = useState("");
  const [text, setText] = useState("");
  const [reason, setReason] = useState("");
  const [isRemoved, setRemoved] = useState(false);
  const action = useAction();
  const choose = (name: string) => {
    setKey(name);
    const known = metadata[name];
    if (known !== undefined) setText(typeof known === "string" ? known : JSON.stringify(known));
  };
  return (
    <Dialog title="Change metadata" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const changes = { [key.trim()]: isRemoved ? null : typedValue(text) };
          void action
            .run(() => reviseMetadata(run.uid, changes, reason, base))
            .then((isDone) => isDone && onDone());
        }}
      >
        <Field label="Key" required>
          {(ids) => (
            <>
              <input
                {...ids}
                list="metadata-keys"
                required
                value={key}
                onChange={(event) => choose(event.target.value)}
              />
              <datalist id="metadata-keys">
                {Object.keys(metadata)
                  .filter((name) => name !== "uid" && name !== "time")
                  .map((name) => (
                    <option key={name} value={name} />
                  ))}
              </datalist>
            </>
          )}
        </Field>
        <Field label="Value" hint="A number, a word, or JSON such as {&quot;name&quot;: &quot;LaB6&quot;}.">
          {(ids) => (
            <textarea
              {...ids}
              rows={3}
              disabled={isRemoved}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <label className="inline">
          <input type="checkbox" checked={isRemoved} onChange={() => setRemoved(!isRemoved)} />
          take the key away
        </label>
        <Field label="Reason" hint="Kept with the change, with your name." required>
          {(ids) => (
            <input
              {...ids}
              required
              maxLength={1000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {action.error && <Problem error={action.error} />}
        <div className="dialog-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={action.isBusy}>
            Change
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
