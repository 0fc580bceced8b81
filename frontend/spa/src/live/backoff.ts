export interface BackoffOptions {
  firstMs: number;
  longestMs: number;
}

export const BACKOFF: BackoffOptions = { firstMs: 400, longestMs: 12_000 };

/**
 * How long to wait before try number `attempt` (0 = first): a random share of a doubling ceiling, so that
 * hundreds of tabs do not come back in one moment after a server restart.
 */
export function backoffMs(attempt: number, random: () => number, options: BackoffOptions = BACKOFF): number {
  const ceiling = Math.min(options.longestMs, options.firstMs * 2 ** Math.min(attempt, 20));
  return Math.round(ceiling * (0.5 + 0.5 * random()));
}
