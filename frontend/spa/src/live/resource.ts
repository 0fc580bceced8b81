import { useCallback, useEffect, useRef, useState } from "react";

export interface Resource<T> {
  data: T | null;
  error: Error | null;
  isLoading: boolean;
  refresh: () => void;
}

/**
 * Fetch by REST, again when `key` changes or `refresh` is called. While a new answer is on its way the old one
 * stays; an answer that was overtaken is dropped. Refreshes asked for during a fetch become one more fetch.
 */
export function useResource<T>(
  key: string | null,
  fetcher: (signal: AbortSignal) => Promise<T>,
): Resource<T> {
  const [state, setState] = useState<{ key: string | null; data: T | null; error: Error | null }>({
    key: null,
    data: null,
    error: null,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(fetcher);
  const isBusy = useRef(false);
  const isStale = useRef(false);
  useEffect(() => {
    latest.current = fetcher;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks for the same thing once more
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    isBusy.current = true;
    latest
      .current(abort.signal)
      .then((data) => ({ key, data, error: null }))
      .catch((error: unknown) => ({
        key,
        data: null,
        error: error instanceof Error ? error : new Error(String(error)),
      }))
      .then((answer) => {
        if (abort.signal.aborted) return;
        isBusy.current = false;
        setState((before) =>
          answer.error && before.key === key ? { ...before, error: answer.error } : answer,
        );
        if (isStale.current) {
          isStale.current = false;
          setRound((count) => count + 1);
        }
      });
    return () => abort.abort();
  }, [key, round]);
  const refresh = useCallback(() => {
    if (isBusy.current) isStale.current = true;
    else setRound((count) => count + 1);
  }, []);
  const isCurrent = state.key === key;
  return {
    data: isCurrent ? state.data : null,
    error: isCurrent ? state.error : null,
    isLoading: key !== null && !isCurrent,
    refresh,
  };
}
