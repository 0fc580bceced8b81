import { type FormEvent, useState } from "react";
import { clearNotice, setNotice } from "../../api/status";
import { when } from "../../components/format";
import { Button, Card, Empty, Field, Problem, useAction } from "../../components/parts";
import { useBeamline } from "../../live/store";

/** What everybody at the beamline is told on every page: maintenance, a fault, who to call. */
export function NoticeCard({ beamline }: { beamline: string }) {
  const { status, refresh } = useBeamline();
  const [text, setText] = useState("");
  const { run, isBusy, error } = useAction();
  const notice = status?.notice;
  const act = async (work: () => Promise<unknown>) => {
    if (!(await run(work))) return;
    setText("");
    refresh();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void act(() => setNotice(beamline, text.trim()));
  };
  return (
    <Card
      title="Notice for everybody"
      actions={
        notice && (
          <Button busy={isBusy} onClick={() => void act(() => clearNotice(beamline))}>
            Take down
          </Button>
        )
      }
    >
      {notice ? (
        <p>
          <strong>{notice.text}</strong>{" "}
          <span className="muted">
            {notice.by}, since {when(notice.since)}
          </span>
        </p>
      ) : (
        <Empty>None stands.</Empty>
      )}
      <form className="line-form" onSubmit={submit}>
        <Field label={notice ? "Another notice" : "Notice"} hint="Shown at once on every page of everybody.">
          {(ids) => (
            <input
              {...ids}
              value={text}
              required
              maxLength={500}
              placeholder="Maintenance until 14:00: the cryostat is warm"
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" busy={isBusy} disabled={!text.trim()}>
          Show to everybody
        </Button>
      </form>
      {error && <Problem error={error} />}
    </Card>
  );
}
