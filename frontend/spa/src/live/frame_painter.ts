import { type ColourMap, colourTable } from "../components/colours";
import type { Picture, Pixels } from "./npy";

/** Part of a picture in its own pixels. */
export interface Region {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface PaintWish {
  map: ColourMap;
  isLog: boolean;
  /** Values shown darkest and brightest; null: from the picture. */
  low: number | null;
  high: number | null;
}

export interface RegionSum {
  sum: number;
  mean: number;
  greatest: number;
  pixels: number;
}

const SAMPLES = 65_536;
const LEVELS = 256;
/** Integers up to here have a table of their colours. */
const TABLE_SIZE = 65_536;

/** Values that most pixels lie between: the 0.5 and 99.5 percentiles of evenly chosen ones. */
export function levelsOf(pixels: Pixels): [low: number, high: number] {
  const step = Math.max(1, Math.floor(pixels.length / SAMPLES));
  const chosen: number[] = [];
  for (let at = 0; at < pixels.length; at += step) {
    const value = pixels[at] as number;
    if (Number.isFinite(value)) chosen.push(value);
  }
  if (chosen.length === 0) return [0, 1];
  const sorted = Float64Array.from(chosen).sort();
  const pick = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [pick(0.005), pick(0.995)];
  return high > low ? [low, high] : [low, (sorted.at(-1) ?? low) > low ? (sorted.at(-1) as number) : low + 1];
}

/** Which of 256 colours a value has. */
function levelOf(wish: { low: number; high: number; isLog: boolean }): (value: number) => number {
  const { low, high, isLog } = wish;
  const clip = (share: number) => Math.min(LEVELS - 1, Math.max(0, Math.round(share * (LEVELS - 1)))) || 0;
  if (!(high > low)) return (value) => (value > low ? LEVELS - 1 : 0);
  if (!isLog) return (value) => clip((value - low) / (high - low));
  // ln(1 + distance from the low level): nought and dark counts have a place.
  const span = Math.log1p(high - low);
  return (value) => clip(Math.log1p(Math.max(0, value - low)) / span);
}

/** Paint a picture as RGBA, with the levels that were used. NaN is transparent. */
export function paintPicture(
  picture: Picture,
  wish: PaintWish,
): { rgba: Uint8ClampedArray<ArrayBuffer>; low: number; high: number } {
  const { pixels } = picture;
  const [found, top] = wish.low === null || wish.high === null ? levelsOf(pixels) : [wish.low, wish.high];
  const low = wish.low ?? found;
  const high = wish.high ?? top;
  const colours = new Uint32Array(colourTable(wish.map).buffer);
  const level = levelOf({ low, high, isLog: wish.isLog });
  const painted = new Uint32Array(pixels.length);
  if (pixels instanceof Uint16Array || pixels instanceof Uint8Array) {
    const size = pixels instanceof Uint8Array ? LEVELS : TABLE_SIZE;
    const table = new Uint32Array(size);
    for (let value = 0; value < size; value += 1) table[value] = colours[level(value)] as number;
    for (let at = 0; at < pixels.length; at += 1) painted[at] = table[pixels[at] as number] as number;
  } else {
    for (let at = 0; at < pixels.length; at += 1) {
      const value = pixels[at] as number;
      painted[at] = Number.isNaN(value) ? 0 : (colours[level(value)] as number);
    }
  }
  return { rgba: new Uint8ClampedArray(painted.buffer), low, high };
}

/** What the pixels of a region come to; the part of it that lies outside counts nothing. */
export function sumOf(picture: Picture, region: Region): RegionSum {
  let sum = 0;
  let pixels = 0;
  let greatest = Number.NEGATIVE_INFINITY;
  const bottom = Math.min(picture.rows, region.top + region.height);
  const right = Math.min(picture.columns, region.left + region.width);
  for (let row = Math.max(0, region.top); row < bottom; row += 1) {
    for (let column = Math.max(0, region.left); column < right; column += 1) {
      const value = picture.pixels[row * picture.columns + column] as number;
      if (!Number.isFinite(value)) continue;
      sum += value;
      pixels += 1;
      if (value > greatest) greatest = value;
    }
  }
  return { sum, mean: pixels > 0 ? sum / pixels : Number.NaN, greatest, pixels };
}
