import { useRef, useState } from "react";
import { Link } from "react-router";
import {
  type Annotations,
  addLink,
  addNote,
  addTag,
  attach,
  attachmentUrl,
  detach,
  editNote,
  getAnnotations,
  type Note,
  removeLink,
  removeNote,
  removeTag,
} from "../../api/annotations";
import type { RunDetail } from "../../api/runs";
import { bootstrap } from "../../bootstrap";
import { when } from "../../components/format";
import { Button, Card, Empty, Field, Loading, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";

interface PartProps {
  run: RunDetail;
  told: Annotations;
  canChange: boolean;
  onChanged: () => void;
}

/** What people added to a run: tags, notes, files, links. */
export function AnnotationCards({ run, canChange }: { run: RunDetail; canChange: boolean }) {
  const answer = useResource(`annotations:${run.uid}`, (signal) => getAnnotations(run.uid, signal));
  if (answer.error && !answer.data) return <Problem error={answer.error} onRetry={answer.refresh} />;
  if (!answer.data) return <Loading what="tags and notes" />;
  const part = { run, told: answer.data, canChange, onChanged: answer.refresh };
  return (
    <>
      <Tags {...part} />
      <Notes {...part} />
      <Attachments {...part} />
      <Links {...part} />
    </>
  );
}

function Tags({ run, told, canChange, onChanged }: PartProps) {
  const [name, setName] = useState("");
  const action = useAction();
  const act = (what: () => Promise<unknown>) => action.run(what).then((isDone) => isDone && onChanged());
  return (
    <Card title="Tags">
      <p className="chips">
        {told.tags.length === 0 && <span className="muted">None yet.</span>}
        {told.tags.map((tag) => (
          <span className="chip" key={tag.name}>
            <Link to={`/runs?q=${encodeURIComponent(`tag:"${tag.name}"`)}`}>
              <bdi>{tag.name}</bdi>
            </Link>
            {canChange && (
              <button
                type="button"
                className="chip-drop"
                aria-label={`Take the tag ${tag.name} off`}
                onClick={() => void act(() => removeTag(run.uid, tag.name))}
              >
                ×
              </button>
            )}
          </span>
        ))}
      </p>
      {canChange && (
        <form
          className="search-box"
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim()) void act(() => addTag(run.uid, name.trim())).then(() => setName(""));
          }}
        >
          <input
            aria-label="New tag"
            value={name}
            maxLength={64}
            onChange={(event) => setName(event.target.value)}
          />
          <Button type="submit" icon="plus" busy={action.isBusy}>
            Tag
          </Button>
        </form>
      )}
      {action.error && <Problem error={action.error} />}
    </Card>
  );
}

function Notes({ run, told, canChange, onChanged }: PartProps) {
  const [text, setText] = useState("");
  const action = useAction();
  return (
    <Card title="Notes">
      {told.notes.length === 0 && !canChange && <Empty>None yet.</Empty>}
      <ol className="notes">
        {told.notes.map((note) => (
          <NoteItem key={note.uid} run={run} note={note} canChange={canChange} onChanged={onChanged} />
        ))}
      </ol>
      {canChange && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!text.trim()) return;
            void action
              .run(() => addNote(run.uid, text))
              .then((isDone) => {
                if (!isDone) return;
                setText("");
                onChanged();
              });
          }}
        >
          <Field label="New note">
            {(ids) => (
              <textarea {...ids} rows={2} value={text} onChange={(event) => setText(event.target.value)} />
            )}
          </Field>
          {action.error && <Problem error={action.error} />}
          <Button type="submit" busy={action.isBusy} disabled={!text.trim()}>
            Keep the note
          </Button>
        </form>
      )}
    </Card>
  );
}

interface NoteItemProps {
  run: RunDetail;
  note: Note;
  canChange: boolean;
  onChanged: () => void;
}

function NoteItem({ run, note, canChange, onChanged }: NoteItemProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const action = useAction();
  const act = (what: () => Promise<unknown>) =>
    void action.run(what).then((isDone) => {
      if (!isDone) return;
      setDraft(null);
      onChanged();
    });
  const isMine = canChange && note.author === bootstrap.user.username;
  return (
    <li>
      <p className="muted">
        {note.author}, {when(note.created_at)}
        {note.edited_at && `, changed ${when(note.edited_at)} by ${note.edited_by}`}
      </p>
      {draft === null ? (
        <p className="note-text">{note.text}</p>
      ) : (
        <textarea
          aria-label="Text of the note"
          rows={3}
          value={draft}
          onChange={(event) => setDraft(event.target.value)}
        />
      )}
      {action.error && <Problem error={action.error} />}
      {isMine && draft === null && (
        <span className="item-links">
          <Button kind="quiet" icon="edit" onClick={() => setDraft(note.text)}>
            Change
          </Button>
          <Button kind="quiet" icon="trash" onClick={() => act(() => removeNote(run.uid, note.uid))}>
            Remove
          </Button>
        </span>
      )}
      {draft !== null && (
        <span className="item-links">
          <Button busy={action.isBusy} onClick={() => act(() => editNote(run.uid, note.uid, draft))}>
            Keep
          </Button>
          <Button kind="quiet" onClick={() => setDraft(null)}>
            Cancel
          </Button>
        </span>
      )}
    </li>
  );
}

function Attachments({ run, told, canChange, onChanged }: PartProps) {
  const picker = useRef<HTMLInputElement>(null);
  const action = useAction();
  const act = (what: () => Promise<unknown>) => action.run(what).then((isDone) => isDone && onChanged());
  if (told.attachments.length === 0 && !canChange) return null;
  return (
    <Card
      title="Files"
      actions={
        canChange && (
          <>
            <Button icon="plus" busy={action.isBusy} onClick={() => picker.current?.click()}>
              Attach …
            </Button>
            <input
              ref={picker}
              type="file"
              className="visually-hidden"
              tabIndex={-1}
              aria-label="File to attach"
              onChange={(event) => {
                const file = event.target.files?.[0];
                event.target.value = "";
                if (file) void act(() => attach(run.uid, file));
              }}
            />
          </>
        )
      }
    >
      {told.attachments.length === 0 && <Empty>None yet.</Empty>}
      <ul className="menu-list">
        {told.attachments.map((one) => (
          <li key={one.uid}>
            <a href={attachmentUrl(run.uid, one.uid)} download>
              <bdi>{one.name}</bdi>
            </a>
            <span className="muted">
              {Math.ceil(one.size / 1024)} KiB, {one.author}
            </span>
            {canChange && (
              <Button
                kind="quiet"
                icon="trash"
                label={`Remove ${one.name}`}
                onClick={() => void act(() => detach(run.uid, one.uid))}
              >
                {null}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {action.error && <Problem error={action.error} />}
    </Card>
  );
}

function Links({ run, told, canChange, onChanged }: PartProps) {
  const [target, setTarget] = useState("");
  const [relation, setRelation] = useState("reference");
  const action = useAction();
  const act = (what: () => Promise<unknown>) => action.run(what).then((isDone) => isDone && onChanged());
  if (told.links.length === 0 && !canChange) return null;
  return (
    <Card title="Linked runs">
      <ul className="menu-list">
        {told.links.map((link) => (
          <li key={`${link.uid} ${link.direction}`}>
            <span>
              {link.direction === "out" ? link.relation : `${link.relation} of`}{" "}
              <Link to={`/runs/${link.run}`}>
                {link.plan_name} {link.scan_id ?? link.run.slice(0, 8)}
              </Link>
            </span>
            {canChange && !link.is_document && link.direction === "out" && (
              <Button
                kind="quiet"
                icon="trash"
                label={`Remove the link to ${link.run.slice(0, 8)}`}
                onClick={() => void act(() => removeLink(run.uid, link.uid))}
              >
                {null}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {canChange && (
        <form
          className="link-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (target.trim())
              void act(() => addLink(run.uid, target.trim(), relation)).then(() => setTarget(""));
          }}
        >
          <select
            aria-label="Relation"
            value={relation}
            onChange={(event) => setRelation(event.target.value)}
          >
            {["reference", "calibration", "derived_from", "repeats"].map((name) => (
              <option key={name} value={name}>
                {name.replace("_", " ")}
              </option>
            ))}
          </select>
          <input
            aria-label="Uid of the other run"
            placeholder="uid of a run"
            value={target}
            onChange={(event) => setTarget(event.target.value)}
          />
          <Button type="submit" busy={action.isBusy}>
            Link
          </Button>
        </form>
      )}
      {action.error && <Problem error={action.error} />}
    </Card>
  );
}
