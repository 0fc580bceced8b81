const WIDTH = 480;
const HEIGHT = 220;
const LEFT = 58;
const BOTTOM = 24;
const TOP = 8;
const SVG = "http://www.w3.org/2000/svg";

/** The lines as one drawing; axes say where they begin and end. */
export function drawLine([x, ...ys]: [number[], ...(number | null)[][]]): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("aria-hidden", "true");
  const [left, right] = ends(x);
  const [low, high] = ends(ys.flat());
  const at = (value: number, from: number, to: number, size: number) =>
    to === from ? size / 2 : ((value - from) / (to - from)) * size;
  const across = (value: number) => LEFT + at(value, left, right, WIDTH - LEFT - 8);
  const up = (value: number) => HEIGHT - BOTTOM - at(value, low, high, HEIGHT - BOTTOM - TOP);
  for (const y of ys) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", track(x, y, across, up));
    svg.append(path);
  }
  const label = (text: string, place: [number, number], anchor: string) => {
    const made = document.createElementNS(SVG, "text");
    made.setAttribute("x", String(place[0]));
    made.setAttribute("y", String(place[1]));
    made.setAttribute("text-anchor", anchor);
    made.textContent = text;
    svg.append(made);
  };
  label(short(high), [LEFT - 6, TOP + 8], "end");
  label(short(low), [LEFT - 6, HEIGHT - BOTTOM], "end");
  label(short(left), [LEFT, HEIGHT - 6], "start");
  label(short(right), [WIDTH - 8, HEIGHT - 6], "end");
  return svg;
}

/** A hole in the values is a hole in the line. */
export function track(
  x: number[],
  y: (number | null)[],
  across: (value: number) => number,
  up: (value: number) => number,
): string {
  let isDown = false;
  let path = "";
  x.forEach((value, index) => {
    const height = y[index];
    if (height === null || height === undefined) {
      isDown = false;
      return;
    }
    path += `${isDown ? "L" : "M"}${across(value).toFixed(1)} ${up(height).toFixed(1)}`;
    isDown = true;
  });
  return path;
}

function ends(values: (number | null)[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

const short = (value: number) => String(Number(value.toPrecision(4)));
