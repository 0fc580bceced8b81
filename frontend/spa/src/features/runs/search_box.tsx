import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { getKeys, getValues } from "../../api/runs";
import { boxOf, hearKeys, OfferList, useOffers } from "../../components/offers";
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
  const offers = useOffers();
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => setDraft(text), [text]);
  const found = useSuggestions(draft, caret, offers.isOpen);

  const take = (choice: Suggestion) => {
    const next = completed(draft, typedAt(draft, caret), choice.text);
    // The line stands before the next key comes, so that the key goes where the caret is put.
    flushSync(() => {
      setDraft(next.line);
      setCaret(next.caret);
      offers.leave();
    });
    input.current?.setSelectionRange(next.caret, next.caret);
  };
  return (
    <search className="run-search">
      <form
        className="search-box"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          offers.close();
          onSearch(draft.trim());
        }}
      >
        <input
          ref={input}
          type="search"
          {...boxOf(offers, found.length)}
          aria-label="Search runs"
          aria-invalid={errors.length > 0 || undefined}
          aria-describedby={errors.length > 0 ? `${id}-errors` : undefined}
          placeholder="Words, or key:value such as sample:LaB6 plan:scan energy:7keV..8keV"
          value={draft}
          onChange={(event) => {
            setDraft(event.target.value);
            setCaret(event.target.selectionStart ?? event.target.value.length);
            offers.open();
          }}
          onKeyDown={(event) => hearKeys(event, offers, found, take)}
          onBlur={offers.close}
        />
        <Button type="submit" kind="primary" icon="search">
          Search
        </Button>
      </form>
      <OfferList
        offers={offers}
        found={found}
        label="Suggestions"
        keyOf={({ text: words }) => words}
        onTake={take}
      >
        {(one) => (
          <>
            <span>{one.text}</span>
            {one.count !== null && <span className="muted">{one.count}</span>}
          </>
        )}
      </OfferList>
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
