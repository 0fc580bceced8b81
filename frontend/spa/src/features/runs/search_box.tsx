import { type FormEvent, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { getKeys, getValues } from "../../api/runs";
import { Button } from "../../components/parts";
import { completed, typedAt } from "./search_line";

const AFTER_MS = 150;

interface Suggestion {
  text: string;
  count: number | null;
}

interface SearchBoxProps {
  text: string;
  /** Why the server cannot read the line. */
  errors: string[];
  onSearch: (text: string) => void;
}

/** The search line; keys and values are suggested as one types. */
export function SearchBox({ text, errors, onSearch }: SearchBoxProps) {
  const [draft, setDraft] = useState(text);
  const [caret, setCaret] = useState(text.length);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => setDraft(text), [text]);
  const found = useSuggestions(draft, caret, isOpen);
  const isShown = isOpen && found.length > 0;

  const take = (choice: string) => {
    const next = completed(draft, typedAt(draft, caret), choice);
    // The line stands before the next key comes, so that the key goes where the caret is put.
    flushSync(() => {
      setDraft(next.line);
      setCaret(next.caret);
      setActive(-1);
    });
    input.current?.setSelectionRange(next.caret, next.caret);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape" && isShown) {
      event.preventDefault();
      setOpen(false);
    }
    if (!isShown) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((active + step + found.length + (active < 0 && step < 0 ? 1 : 0)) % found.length);
    }
    const choice = found[active];
    if (event.key === "Enter" && choice) {
      event.preventDefault();
      take(choice.text);
    }
  };
  return (
    <search className="run-search">
      <form
        className="search-box"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          setOpen(false);
          onSearch(draft.trim());
        }}
      >
        <input
          ref={input}
          type="search"
          role="combobox"
          aria-label="Search runs"
          aria-expanded={isShown}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={isShown && active >= 0 ? `${id}-${active}` : undefined}
          aria-invalid={errors.length > 0 || undefined}
          aria-describedby={errors.length > 0 ? `${id}-errors` : undefined}
          autoComplete="off"
          placeholder="Words, or key:value such as sample:LaB6 plan:scan energy:7keV..8keV"
          value={draft}
          onChange={(event) => {
            setDraft(event.target.value);
            setCaret(event.target.selectionStart ?? event.target.value.length);
            setOpen(true);
            setActive(-1);
          }}
          onKeyDown={onKeyDown}
          onBlur={() => setOpen(false)}
        />
        <Button type="submit" kind="primary" icon="search">
          Search
        </Button>
      </form>
      <div
        id={`${id}-list`}
        className={isShown ? "suggestions" : "suggestions is-empty"}
        role="listbox"
        aria-label="Suggestions"
      >
        {isShown &&
          found.map((one, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the search box
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the search box
            <div
              key={one.text}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              className="suggestion"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(one.text)}
            >
              <span>{one.text}</span>
              {one.count !== null && <span className="muted">{one.count}</span>}
            </div>
          ))}
      </div>
      {errors.length > 0 && (
        <div role="alert" id={`${id}-errors`}>
          <ul className="errors">
            {errors.map((message) => (
              <li key={message}>{message}</li>
            ))}
          </ul>
        </div>
      )}
    </search>
  );
}

function useSuggestions(draft: string, caret: number, isOpen: boolean): Suggestion[] {
  const [found, setFound] = useState<Suggestion[]>([]);
  useEffect(() => {
    if (!isOpen) return;
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      suggestions(draft, caret, abort.signal).then(
        (rows) => abort.signal.aborted || setFound(rows),
        () => abort.signal.aborted || setFound([]),
      );
    }, AFTER_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [draft, caret, isOpen]);
  return found;
}

async function suggestions(draft: string, caret: number, signal: AbortSignal): Promise<Suggestion[]> {
  const { key, prefix } = typedAt(draft, caret);
  if (key === null && prefix === "") return [];
  const rows = key === null ? await getKeys(prefix, signal) : await getValues(key, prefix, signal);
  return rows
    .filter(({ value }) => value !== null && value !== "" && typeof value !== "object")
    .map(({ value, count }) => ({ text: String(value), count }))
    .filter(({ text }) => key === null || text !== prefix)
    .slice(0, 8);
}
