import { useState } from "react";
import { Link } from "react-router";
import { changeLog, type LogEntry, type LogLine, logFileUrl, withdrawLog } from "../../api/log";
import type { RunSummary } from "../../api/runs";
import { bootstrap, may } from "../../bootstrap";
import { duration, when } from "../../components/format";
import { Button, Problem, StateBadge, useAction } from "../../components/parts";
import { pieces } from "./pieces";

interface LineProps {
  line: LogLine;
  beamline: string;
  onChanged: () => void;
}

export function Line({ line, beamline, onChanged }: LineProps) {
  return (
    <li className={`log-line log-${line.kind}`}>
      {line.run && <RunLine run={line.run} />}
      {line.entry && <EntryLine entry={line.entry} beamline={beamline} onChanged={onChanged} />}
    </li>
  );
}

function RunLine({ run }: { run: RunSummary }) {
  const points = run.num_points ?? Math.max(0, ...Object.values(run.num_events));
  return (
    <p className="log-run-line">
      <time className="muted">{when(run.time)}</time>
      <Link to={`/runs/${run.uid}`}>
        {run.scan_id ?? "–"} {run.plan_name}
      </Link>
      <span className="muted log-rest">
        {[
          run.motors.join(", "),
          run.sample,
          `${points} points`,
          duration((run.stop_time ?? Number.NaN) - run.time),
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
      <StateBadge state={run.exit_status} />
    </p>
  );
}

interface EntryLineProps {
  entry: LogEntry;
  beamline: string;
  onChanged: () => void;
}

function EntryLine({ entry, beamline, onChanged }: EntryLineProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const action = useAction();
  const isMine = entry.author === bootstrap.user.username;
  const act = async (what: () => Promise<unknown>) => {
    if (!(await action.run(what))) return;
    setDraft(null);
    onChanged();
  };
  return (
    <article aria-label={`${entry.kind} by ${entry.author}`}>
      <header className="log-head">
        <strong>{entry.author}</strong>
        <time className="muted" dateTime={entry.created_at}>
          {when(entry.created_at)}
          {entry.edited_at && ` (changed ${when(entry.edited_at)})`}
        </time>
        {entry.kind === "chat" && <span className="muted">chat</span>}
        <span className="spring" />
        <span className="muted">{entry.proposal}</span>
        {isMine && draft === null && (
          <Button kind="quiet" icon="edit" label="Change the entry" onClick={() => setDraft(entry.text)}>
            {""}
          </Button>
        )}
        {(isMine || may("control:force")) && draft === null && (
          <Button
            kind="quiet"
            icon="trash"
            label="Withdraw the entry"
            busy={action.isBusy}
            onClick={() => void act(() => withdrawLog(beamline, entry.uid))}
          >
            {""}
          </Button>
        )}
      </header>
      {draft === null ? (
        <Text text={entry.text} />
      ) : (
        <form
          className="log-change"
          onSubmit={(event) => {
            event.preventDefault();
            void act(() => changeLog(beamline, entry.uid, draft));
          }}
        >
          <textarea
            aria-label="Text"
            rows={3}
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
          />
          <div className="dialog-actions">
            <Button onClick={() => setDraft(null)}>Cancel</Button>
            <Button kind="primary" type="submit" busy={action.isBusy}>
              Keep
            </Button>
          </div>
        </form>
      )}
      {action.error && <Problem error={action.error} />}
      {entry.run && <Link to={`/runs/${entry.run}`}>The run it is about</Link>}
      <Files entry={entry} beamline={beamline} />
    </article>
  );
}

function Text({ text }: { text: string }) {
  return (
    <p className="log-text" dir="auto">
      {pieces(text).map(({ kind, text: piece, key }) =>
        kind === "mention" ? (
          <strong key={key}>{piece}</strong>
        ) : kind === "link" ? (
          <a key={key} href={piece} rel="noreferrer noopener">
            {piece}
          </a>
        ) : (
          <span key={key}>{piece}</span>
        ),
      )}
    </p>
  );
}

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];

function Files({ entry, beamline }: { entry: LogEntry; beamline: string }) {
  if (entry.attachments.length === 0) return null;
  return (
    <ul className="log-files">
      {entry.attachments.map((file) => {
        const url = logFileUrl(beamline, entry.uid, file.uid);
        return (
          <li key={file.uid}>
            <a href={url}>
              {PICTURES.includes(file.media_type) && <img src={url} alt={file.name} loading="lazy" />}
              <span>{file.name}</span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}
