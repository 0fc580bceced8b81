import { type ReactNode, type RefObject, useId, useLayoutEffect, useRef, useState } from "react";
import { ApiError } from "../api/client";
import { Icon, type IconName } from "./icons";

type Tone = "neutral" | "ok" | "info" | "warn" | "bad";

export function Badge({ tone = "neutral", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

const STATE_TONES: Record<string, Tone> = {
  completed: "ok",
  success: "ok",
  running: "info",
  open: "info",
  failed: "bad",
  fail: "bad",
  aborted: "warn",
  abort: "warn",
  halted: "bad",
  interrupted: "bad",
  stopped: "neutral",
};

/** How an item or a run ended, or that it still runs. */
export function StateBadge({ state }: { state: string | null | undefined }) {
  const text = state ?? "running";
  return <Badge tone={STATE_TONES[text] ?? "neutral"}>{text}</Badge>;
}

interface ButtonProps {
  children: ReactNode;
  onClick?: () => void;
  kind?: "plain" | "primary" | "danger" | "quiet";
  icon?: IconName;
  type?: "button" | "submit";
  disabled?: boolean;
  busy?: boolean;
  title?: string;
  label?: string;
  /** Whether what the button opens is open. */
  expanded?: boolean;
  /** Name of the keyboard shortcut that presses it. */
  shortcut?: string;
}

export function Button({ children, onClick, kind = "plain", icon, type = "button", ...rest }: ButtonProps) {
  return (
    <button
      type={type}
      className={`button button-${kind}`}
      onClick={onClick}
      disabled={rest.disabled || rest.busy}
      aria-busy={rest.busy || undefined}
      aria-label={rest.label}
      aria-expanded={rest.expanded}
      data-shortcut={rest.shortcut}
      title={rest.title ?? rest.label}
    >
      {icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

interface CardProps {
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  className?: string;
}

/** A titled region of a page. */
export function Card({ title, children, actions, className = "" }: CardProps) {
  const id = useId();
  return (
    <section className={`card ${className}`} aria-labelledby={id}>
      <header className="card-head">
        <h2 id={id}>{title}</h2>
        {actions && <div className="card-actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

interface TableRegionProps {
  label: string;
  className?: string;
  children: ReactNode;
}

/** A place where a wide table scrolls by itself, with the mouse and with the arrow keys. */
export function TableRegion({ label, className = "", children }: TableRegionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
    <section className={`table-scroll ${className}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** Text as it is kept, in a box that scrolls with the arrow keys. */
export function Code({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
    <pre tabIndex={0}>{text}</pre>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

/** What went wrong, and what to do about it. */
export function Problem({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const hint = error instanceof ApiError ? error.hint : "";
  const isSignedOut = error instanceof ApiError && (error.status === 401 || error.code === "not_signed_in");
  return (
    <div className="notice notice-bad" role="alert">
      <Icon name="warning" />
      <div>
        <p>{error.message}</p>
        {hint && <p className="muted">{hint}</p>}
        {isSignedOut && (
          <p>
            <a href={`/login?next=${encodeURIComponent(window.location.pathname)}`}>Sign in again</a>
          </p>
        )}
      </div>
      {onRetry && <Button onClick={onRetry}>Try again</Button>}
    </div>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <p className="empty" role="status">
      Loading {what} …
    </p>
  );
}

export function ProgressBar({ percent, label }: { percent: number | null; label: string }) {
  const value = percent === null ? undefined : Math.max(0, Math.min(100, percent));
  return <progress className="progress" max={100} value={value} aria-label={label} />;
}

export function CopyButton({ text, children }: { text: string; children: ReactNode }) {
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  return (
    <Button kind="quiet" icon="copy" onClick={copy}>
      {isCopied ? "Copied" : children}
    </Button>
  );
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** Open a dialog as modal for as long as it is there; focus goes back to where it was. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const box = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return box;
}

/** A modal question; Escape and a press beside it close it, focus goes back to where it was. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const box = useModal();
  const id = useId();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a modal dialog by itself
    <dialog
      ref={box}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === box.current) onClose();
      }}
    >
      <div className="dialog-body">
        <h2 id={id}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

interface ProblemDialogProps {
  title: string;
  error: Error;
  onClose: () => void;
}

/** Tells in the way of everything what went wrong with a thing that was asked for. */
export function ProblemDialog({ title, error, onClose }: ProblemDialogProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      <Problem error={error} />
      <div className="dialog-actions">
        <Button kind="primary" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}

export interface FieldProps {
  label: string;
  hint?: ReactNode;
  errors?: string[] | undefined;
  required?: boolean;
  /** Gets the id and the describing ids for its control. */
  children: (ids: { id: string; "aria-describedby"?: string; "aria-invalid"?: true }) => ReactNode;
}

/** A labelled control, with its hint and its errors beside it. */
export function Field({ label, hint, errors, required, children }: FieldProps) {
  const id = useId();
  const hasErrors = Boolean(errors?.length);
  const describedBy = [hint ? `${id}-hint` : "", hasErrors ? `${id}-errors` : ""].filter(Boolean).join(" ");
  return (
    <div className={hasErrors ? "field field-bad" : "field"}>
      <label htmlFor={id}>
        {label}
        {required && (
          <span className="required" title="required">
            {" "}
            *
          </span>
        )}
      </label>
      {children({
        id,
        ...(describedBy && { "aria-describedby": describedBy }),
        ...(hasErrors && { "aria-invalid": true as const }),
      })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {hasErrors && (
        <ul className="errors" id={`${id}-errors`}>
          {errors?.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface SearchInputProps {
  /** What is sought: the name of the box, and what it says while it is empty. */
  label: string;
  value: string;
  onChange: (words: string) => void;
}

/** A box at the head of a list that cuts it down as one types. */
export function SearchInput({ label, value, onChange }: SearchInputProps) {
  return (
    <input
      type="search"
      placeholder={label}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** Run one thing at a time that may fail; keeps what went wrong. */
export function useAction(): {
  run: (act: () => Promise<unknown>) => Promise<boolean>;
  isBusy: boolean;
  error: Error | null;
  clear: () => void;
} {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const run = async (act: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await act();
      return true;
    } catch (cause) {
      setError(cause instanceof Error ? cause : new Error(String(cause)));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { run, isBusy, error, clear: () => setError(null) };
}
