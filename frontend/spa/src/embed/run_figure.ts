import type { RunDetail } from "../api/runs";
import { BeamportElement, element } from "./element";
import type { Site } from "./site";

/** `<beamport-run-figure site= api-key= run=>`: the figure of a stored run as a picture, with what it shows. */
export class RunFigure extends BeamportElement {
  static readonly observedAttributes = ["site", "api-key", "run"];
  private url = "";

  protected async show(site: Site, signal: AbortSignal): Promise<void> {
    const uid = encodeURIComponent(this.named("run"));
    const [run, picture] = await Promise.all([
      site.get<RunDetail>(`runs/${uid}`, signal),
      site.blob(`runs/${uid}/export/svg`, signal),
    ]);
    this.url = URL.createObjectURL(picture);
    const figure = element("figure");
    const image = element("img");
    const name = `${run.plan_name}, scan ${run.scan_id ?? run.uid.slice(0, 8)}`;
    image.src = this.url;
    image.alt = `Figure of ${name}`;
    const caption = element("figcaption");
    const link = element("a", "", name);
    link.href = `${site.base}/runs/${run.uid}`;
    caption.append(link, ` ${run.exit_status ?? "running"}`);
    figure.append(image, caption);
    this.root.replaceChildren(figure);
  }

  protected override leave(): void {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = "";
  }
}
