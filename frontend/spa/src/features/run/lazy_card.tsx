import { type ReactNode, useState } from "react";
import { Card, Loading, Problem } from "../../components/parts";
import { useResource } from "../../live/resource";

interface LazyCardProps<T> {
  title: string;
  /** Names what is fetched. */
  cacheKey: string;
  fetcher: (signal: AbortSignal) => Promise<T>;
  what: string;
  isOpen?: boolean;
  children: (data: T) => ReactNode;
}

/** A card whose content is fetched when it is opened. */
export function LazyCard<T>({ title, cacheKey, fetcher, what, isOpen = false, children }: LazyCardProps<T>) {
  const [open, setOpen] = useState(isOpen);
  const answer = useResource(open ? cacheKey : null, fetcher);
  return (
    <Card title={title} className="lazy-card">
      <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{open ? `Hide ${what}` : `Show ${what}`}</summary>
        {answer.error && <Problem error={answer.error} onRetry={answer.refresh} />}
        {answer.isLoading && <Loading what={what} />}
        {answer.data !== null && children(answer.data)}
      </details>
    </Card>
  );
}
