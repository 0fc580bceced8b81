import type { Waterfall } from "./waterfall";

type Points = [x: number, y: number][];

/** Share of the height that one line takes; the rest is what they are apart. */
const LINE_SHARE = 0.35;

/** Where the points of each line lie on a canvas: all on one scale, the first at the top, the last at the bottom. */
export function layWaterfall(waterfall: Waterfall, width: number, height: number): Points[] {
  const { lines } = waterfall;
  const [left, right] = ends(lines.flatMap(({ x }) => x));
  const [low, high] = ends(lines.flatMap(({ y }) => y.filter((value) => value !== null)));
  const own = lines.length > 1 ? height * LINE_SHARE : height;
  const apart = lines.length > 1 ? (height - own) / (lines.length - 1) : 0;
  return lines.map(({ x, y }, index) => {
    const bottom = own + index * apart;
    return x.flatMap((at, row): Points => {
      const value = y[row];
      if (value === null || value === undefined) return [];
      return [[share(at, left, right) * width, bottom - share(value, low, high) * own]];
    });
  });
}

function ends(values: number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function share(value: number, low: number, high: number): number {
  return high > low ? (value - low) / (high - low) : 0.5;
}
