import type { RunDocument } from "../api/runs";
import { figure, plural } from "../components/format";
import { label } from "../live/axes";
import { type PlotData, plotData } from "../live/plot_data";
import { RunFeed } from "../live/run_feed";
import { BeamportElement, element } from "./element";
import { drawLine } from "./line";
import { drawMap } from "./map";
import type { Site } from "./site";

/** `<beamport-live-plot site= api-key= beamline=>`: the current run of a beamline, and always the next one. */
export class LivePlot extends BeamportElement {
  static readonly observedAttributes = ["site", "api-key", "beamline", "run"];
  private unfollow: () => void = () => {};
  private unlisten: () => void = () => {};

  protected async show(site: Site): Promise<void> {
    const run = this.getAttribute("run");
    if (run) {
      this.follow(site, run);
      return;
    }
    const beamline = this.named("beamline");
    this.unlisten = site.live.subscribe(`live:${beamline}`, {
      onMessage: (payload) => {
        const { run: newest } = payload as { run: string | null };
        if (newest) this.follow(site, newest);
        else this.root.replaceChildren(element("p", "quiet", "Nothing has run here yet."));
      },
      onError: (_, detail) => this.complain(new Error(detail)),
    });
  }

  protected override leave(): void {
    this.unfollow();
    this.unlisten();
  }

  private follow(site: Site, uid: string): void {
    if (this.dataset.run === uid && this.root.querySelector("figure")) return;
    this.unfollow();
    this.dataset.run = uid;
    const fetchDocuments = async (run: string, since: number, signal: AbortSignal) => {
      const answer = await site.get<{ documents: RunDocument[] }>(
        `runs/${run}/documents?since=${since}`,
        signal,
      );
      return answer.documents;
    };
    const feed = new RunFeed(uid, site.live, fetchDocuments);
    const stop = feed.watch(() => this.draw(feed));
    feed.start();
    this.unfollow = () => {
      stop();
      feed.stop();
      this.unfollow = () => {};
    };
  }

  private draw(feed: RunFeed): void {
    const start = feed.buffer.start;
    const plot: PlotData | null = plotData(feed.buffer);
    if (feed.failure) {
      this.complain(new Error(feed.failure));
      return;
    }
    if (!plot || plot.points === 0) {
      const told = feed.buffer.stop ? "No point was taken." : "Waiting for the first point …";
      this.root.replaceChildren(element("p", "quiet", told));
      return;
    }
    const drawing = element("figure");
    drawing.append(plot.grid ? drawMap(plot.grid) : drawLine(plot.data));
    const ended = feed.buffer.stop ? `, ${String(feed.buffer.stop.exit_status)}` : "";
    const name = `${String(start?.plan_name ?? "run")} ${String(start?.scan_id ?? "")}`;
    drawing.append(
      element("figcaption", "", `${name}: ${whatIsDrawn(plot)}, ${plural(plot.points, "point")}${ended}`),
    );
    this.root.replaceChildren(drawing);
  }
}

function whatIsDrawn({ grid, series, xLabel }: PlotData): string {
  if (!grid) return `${series.map(({ label: name }) => name).join(", ")} over ${xLabel}`;
  const range = Number.isFinite(grid.low) ? ` from ${figure(grid.low)} to ${figure(grid.high)}` : "";
  return `${grid.signal}${range} over ${xLabel} and ${label(grid.slow.name, grid.slow.units)}`;
}
