/** Components for pages of other sites; see docs/how-to/show-runs-on-another-site.md. */
import { LivePlot } from "./live_plot";
import { RunFigure } from "./run_figure";
import { RunSearch } from "./run_search";

const ELEMENTS: [name: string, element: CustomElementConstructor][] = [
  ["beamport-run-search", RunSearch],
  ["beamport-live-plot", LivePlot],
  ["beamport-run-figure", RunFigure],
];

for (const [name, element] of ELEMENTS) {
  if (!customElements.get(name)) customElements.define(name, element);
}
