/** What is done to columns before they are drawn; the server does the same in frontend/figures/curves.py. */

export type Line = (number | null)[];

const isNumber = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);

/** Divided by a monitor and multiplied by its mean, so that the unit stays; NaN where the monitor is 0. */
export function normalised(values: number[], monitor: number[]): number[] {
  const usable = monitor.filter((value) => Number.isFinite(value) && value !== 0);
  const mean = usable.reduce((sum, value) => sum + value, 0) / usable.length;
  return values.map((value, row) => {
    const by = monitor[row] ?? 0;
    return by === 0 ? Number.NaN : (value / by) * mean;
  });
}

/** Slopes between neighbours at different x, each at the middle between them. */
export function slopes(x: number[], ys: Line[]): [number[], ...Line[]] {
  const middles: number[] = [];
  const made: Line[] = ys.map(() => []);
  for (let row = 1; row < x.length; row += 1) {
    const from = x[row - 1] as number;
    const step = (x[row] as number) - from;
    if (step === 0) continue;
    middles.push(from + step / 2);
    ys.forEach((y, line) => {
      const before = y[row - 1];
      const here = y[row];
      made[line]?.push(isNumber(before) && isNumber(here) ? (here - before) / step : null);
    });
  }
  return [middles, ...made];
}

/** A logarithm has no place for what is not above nought. */
export function positive(y: Line): Line {
  return y.map((value) => (isNumber(value) && value > 0 ? value : null));
}

/**
 * At most about `most` rows of long lines with every peak kept: of each stretch of rows, those of the least
 * and the greatest value of every line, and the first and the last row.
 */
export function thinned(data: [number[], ...Line[]], most: number): [number[], ...Line[]] {
  const [x, ...ys] = data;
  if (x.length <= most || ys.length === 0) return data;
  const stretches = Math.max(1, Math.floor(most / (2 * ys.length)));
  const kept = new Set<number>([0, x.length - 1]);
  for (let stretch = 0; stretch < stretches; stretch += 1) {
    const begin = Math.floor((stretch * x.length) / stretches);
    const end = Math.floor(((stretch + 1) * x.length) / stretches);
    for (const y of ys) for (const row of extremes(y, begin, end)) kept.add(row);
  }
  const rows = [...kept].sort((a, b) => a - b);
  return [rows.map((row) => x[row] as number), ...ys.map((y) => rows.map((row) => y[row] ?? null))];
}

function extremes(y: Line, begin: number, end: number): number[] {
  let low = -1;
  let high = -1;
  for (let row = begin; row < end; row += 1) {
    const value = y[row];
    if (!isNumber(value)) continue;
    if (low < 0 || value < (y[low] as number)) low = row;
    if (high < 0 || value > (y[high] as number)) high = row;
  }
  return low < 0 ? [] : [low, high];
}
