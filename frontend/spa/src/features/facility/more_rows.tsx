import { type ReactNode, useState } from "react";
import { Button, Empty, Loading, Problem } from "../../components/parts";
import { type Resource, useResource } from "../../live/resource";

interface Page<T> {
  results: T[];
  next: string | null;
}

/** A list that is read page by page; a new question begins at its first one. */
export function usePages<T>(
  key: string,
  fetcher: (cursor: string, signal: AbortSignal) => Promise<Page<T>>,
): { page: Resource<Page<T>>; pager: ReactNode } {
  const [at, setAt] = useState<{ key: string; cursor: string }>({ key, cursor: "" });
  const cursor = at.key === key ? at.cursor : "";
  const page = useResource(`${key}:${cursor}`, (signal) => fetcher(cursor, signal));
  const next = page.data?.next;
  const pager = (
    <nav className="pager" aria-label="Pages of the list">
      {cursor && <Button onClick={() => setAt({ key, cursor: "" })}>First page</Button>}
      {next && <Button onClick={() => setAt({ key, cursor: next })}>Next page</Button>}
    </nav>
  );
  return { page, pager };
}

interface AnswersProps<T> {
  page: Resource<Page<T>>;
  what: string;
  none: string;
  children: (rows: T[]) => ReactNode;
}

/** The rows, or why there are none. */
export function Answers<T>({ page, what, none, children }: AnswersProps<T>) {
  return (
    <>
      {page.error && <Problem error={page.error} onRetry={page.refresh} />}
      {page.isLoading && <Loading what={what} />}
      {page.data?.results.length === 0 && <Empty>{none}</Empty>}
      {page.data && page.data.results.length > 0 && children(page.data.results)}
    </>
  );
}
