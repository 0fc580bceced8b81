import { useEffect, useRef, useState } from "react";
import type { Figure } from "../api/runs";
import { useTheme } from "../features/frame/theme";
import { inThemeColours, seriesColours } from "./line_look";
import { loadPlotly, type Plotly } from "./plotly_loader";
import { token } from "./tokens";

const CONFIG = {
  // It follows its place by itself, below: Plotly would wait a tenth of a second after the window, and see nothing else.
  responsive: false,
  displaylogo: false,
  // Data stay here: no button that sends them to anybody's cloud, and no address to send them to.
  showSendToCloud: false,
  plotlyServerURL: "",
  modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
};

/** A figure made on the server, in the colours of the page. Plotly is fetched with the first figure. */
export function PlotlyFigure({ figure, caption }: { figure: Figure; caption: string }) {
  const holder = useRef<HTMLDivElement>(null);
  const [plotly, setPlotly] = useState<Plotly | null>(null);
  const [failure, setFailure] = useState("");
  const theme = useTheme();

  useEffect(() => {
    loadPlotly().then(
      (loaded) => setPlotly(() => loaded),
      (error: unknown) => setFailure(String(error)),
    );
  }, []);

  useEffect(() => {
    const place = holder.current;
    if (!plotly || !place) return;
    void plotly.react(place, inThemeColours(figure.data), themed(figure.layout, theme.applied), CONFIG);
  }, [plotly, figure, theme.applied]);

  useEffect(() => {
    const place = holder.current;
    if (!plotly || !place) return;
    const unfollow = followPlace(plotly, place);
    return () => {
      unfollow();
      plotly.purge(place);
    };
  }, [plotly]);

  return (
    <figure className="figure">
      {failure && <p className="notice notice-bad">The figure cannot be drawn: {failure}</p>}
      <div ref={holder} className="figure-plot" />
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** Draw a figure anew, before the next picture of the page, when its place has another size. */
function followPlace(plotly: Plotly, place: HTMLElement): () => void {
  let drawn = `${place.clientWidth} ${place.clientHeight}`;
  const observer = new ResizeObserver(() => {
    const size = `${place.clientWidth} ${place.clientHeight}`;
    if (size === drawn || place.clientWidth === 0) return;
    drawn = size;
    void plotly.relayout(place, { autosize: true });
  });
  observer.observe(place);
  return () => observer.disconnect();
}

function themed(layout: Record<string, unknown>, _theme: string): Record<string, unknown> {
  const ink = token("--ink");
  const line = token("--line");
  const axes = Object.fromEntries(
    Object.entries(layout)
      .filter(([key]) => /^[xy]axis\d*$/.test(key))
      .map(([key, axis]) => [
        key,
        { ...(axis as object), gridcolor: line, zerolinecolor: line, linecolor: line, tickcolor: line },
      ]),
  );
  return {
    ...layout,
    ...axes,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    colorway: seriesColours(),
    font: { family: "system-ui, sans-serif", size: 12, color: ink },
    hoverlabel: { bgcolor: token("--surface"), bordercolor: line, font: { color: ink } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: token("--ink-2"), activecolor: token("--accent") },
  };
}
