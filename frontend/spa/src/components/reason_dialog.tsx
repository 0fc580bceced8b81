import { type ReactNode, useState } from "react";
import { Button, Dialog, Field, Problem } from "./parts";

interface ReasonDialogProps {
  title: string;
  /** What will happen. */
  children?: ReactNode;
  hint: string;
  confirm: string;
  kind?: "primary" | "danger";
  required?: boolean;
  error?: Error | null;
  isBusy?: boolean;
  onClose: () => void;
  onConfirm: (reason: string) => void;
}

/** Asks whether a thing is meant, and why. */
export function ReasonDialog({
  title,
  children,
  hint,
  confirm,
  kind = "primary",
  ...rest
}: ReasonDialogProps) {
  const [reason, setReason] = useState("");
  return (
    <Dialog title={title} onClose={rest.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rest.onConfirm(reason.trim());
        }}
      >
        {children}
        <Field label="Reason" hint={hint} required={Boolean(rest.required)}>
          {(ids) => (
            <input
              {...ids}
              value={reason}
              required={Boolean(rest.required)}
              maxLength={200}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {rest.error && <Problem error={rest.error} />}
        <div className="dialog-actions">
          <Button onClick={rest.onClose}>Cancel</Button>
          <Button kind={kind} type="submit" busy={Boolean(rest.isBusy)}>
            {confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
