export interface PeakStatistics {
  /** Position and value of the highest point. */
  maxX: number;
  maxY: number;
  minY: number;
  /** Centre of mass above the lowest point. */
  centreOfMass: number;
  /**
   * Full width at half maximum and the middle of it; null where a side never falls below half, and where
   * fewer than three points stand above it: that may be noise.
   */
  fwhm: number | null;
  centre: number | null;
}

/** Position where the line through two points reaches `level`. */
function crossing(x0: number, y0: number, x1: number, y1: number, level: number): number {
  return y1 === y0 ? (x0 + x1) / 2 : x0 + ((level - y0) * (x1 - x0)) / (y1 - y0);
}

/** Describe the highest peak of y over ascending x; null with fewer than three usable points or a flat line. */
export function peakStatistics(x: number[], y: (number | null)[]): PeakStatistics | null {
  const points: [number, number][] = [];
  x.forEach((at, index) => {
    const value = y[index];
    if (value !== null && value !== undefined && Number.isFinite(at) && Number.isFinite(value))
      points.push([at, value]);
  });
  if (points.length < 3) return null;
  let top = 0;
  let minY = Number.POSITIVE_INFINITY;
  points.forEach(([, value], index) => {
    if (value > (points[top] as [number, number])[1]) top = index;
    minY = Math.min(minY, value);
  });
  const [maxX, maxY] = points[top] as [number, number];
  if (!(maxY > minY)) return null;
  let weight = 0;
  let moment = 0;
  for (const [at, value] of points) {
    weight += value - minY;
    moment += at * (value - minY);
  }
  const half = (maxY + minY) / 2;
  const left = side(points, top, half, -1);
  const right = side(points, top, half, 1);
  const above = points.filter(([, value]) => value >= half).length;
  const isWhole = left !== null && right !== null && above >= 3;
  return {
    maxX,
    maxY,
    minY,
    centreOfMass: moment / weight,
    fwhm: isWhole ? right - left : null,
    centre: isWhole ? (left + right) / 2 : null,
  };
}

function side(points: [number, number][], top: number, half: number, step: 1 | -1): number | null {
  for (let index = top; index + step >= 0 && index + step < points.length; index += step) {
    const here = points[index] as [number, number];
    const next = points[index + step] as [number, number];
    if (next[1] <= half) return crossing(here[0], here[1], next[0], next[1], half);
  }
  return null;
}
