import { figure } from "../components/format";
import { paintGrid } from "../components/grid_picture";
import { label } from "../live/axes";
import type { Grid, GridAxis } from "../live/grid";
import { element } from "./element";

/** A map in colour; its axes say what they are and where they begin and end. */
export function drawMap(grid: Grid): HTMLElement {
  const map = element("div", "map");
  map.setAttribute("aria-hidden", "true");
  const canvas = element("canvas");
  paintGrid(canvas, grid);
  map.append(axis("slow", grid.slow), canvas, axis("fast", grid.fast));
  return map;
}

function axis(className: string, { name, units, low, high }: GridAxis): HTMLElement {
  const made = element("div", className);
  const ends = className === "slow" ? [high, low] : [low, high];
  const [first, last] = ends.map((end) => element("span", "", figure(end)));
  if (first && last) made.append(first, element("span", "", label(name, units)), last);
  return made;
}
