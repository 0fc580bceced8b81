import { useRef, useState } from "react";
import { attachToLog, writeLog } from "../../api/log";
import { bootstrap } from "../../bootstrap";
import { Button, Card, Field, Problem, useAction } from "../../components/parts";
import { ProposalField, rememberedProposal } from "../../components/proposal_field";

interface WriteCardProps {
  beamline: string;
  /** The one that the page is narrowed to. */
  proposal: string;
  onWritten: () => void;
}

/** Write an entry or a word of chat, with files; Ctrl and Enter sends it. */
export function WriteCard({ beamline, proposal, onWritten }: WriteCardProps) {
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState("");
  const files = useRef<HTMLInputElement>(null);
  const action = useAction();
  const number = proposal || chosen || rememberedProposal();
  const send = async (kind: "entry" | "chat") => {
    const isDone = await action.run(async () => {
      const entry = await writeLog(beamline, { proposal: number, text, kind });
      setText("");
      for (const file of files.current?.files ?? []) await attachToLog(beamline, entry.uid, file);
      if (files.current) files.current.value = "";
    });
    if (isDone) onWritten();
  };
  if (bootstrap.proposals.length === 0) return null;
  return (
    <Card title="Write">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send("entry");
        }}
      >
        <Field label="Text" hint="@name tells somebody of it.">
          {(ids) => (
            <textarea
              {...ids}
              rows={4}
              value={text}
              maxLength={20_000}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void send("entry");
              }}
            />
          )}
        </Field>
        {!proposal && bootstrap.proposals.length > 1 && (
          <ProposalField label="For proposal" proposal={number} onProposal={setChosen} />
        )}
        <Field label="Files">{(ids) => <input {...ids} type="file" multiple ref={files} />}</Field>
        {action.error && <Problem error={action.error} />}
        <div className="dialog-actions">
          <Button disabled={!text.trim()} busy={action.isBusy} onClick={() => void send("chat")}>
            Say in chat
          </Button>
          <Button kind="primary" type="submit" disabled={!text.trim()} busy={action.isBusy}>
            Write into the log
          </Button>
        </div>
      </form>
    </Card>
  );
}
