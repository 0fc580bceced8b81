import type { RunPage, RunSummary } from "../api/runs";
import { plural, when } from "../components/format";
import { BeamportElement, element } from "./element";
import type { Site } from "./site";

/** `<beamport-run-search site= api-key= q= limit=>`: a search field and the runs it finds; tells `run-chosen`. */
export class RunSearch extends BeamportElement {
  static readonly observedAttributes = ["site", "api-key", "q", "limit"];

  protected async show(site: Site, signal: AbortSignal): Promise<void> {
    const form = element("form");
    const field = element("input");
    field.type = "search";
    field.setAttribute("aria-label", "Search runs");
    field.value = this.getAttribute("q") ?? "";
    const button = element("button", "", "Search");
    button.type = "submit";
    form.append(field, button);
    const found = element("div");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.search(site, field.value, found, signal).catch((error: unknown) => this.say(found, error));
    });
    this.root.replaceChildren(form, found);
    await this.search(site, field.value, found, signal).catch((error: unknown) => this.say(found, error));
  }

  private async search(site: Site, q: string, place: HTMLElement, signal: AbortSignal): Promise<void> {
    const asked = new URLSearchParams({ limit: this.getAttribute("limit") ?? "10" });
    if (q) asked.set("q", q);
    const { results, next } = await site.get<RunPage>(`runs?${asked}`, signal);
    const listed = `${plural(results.length, "run")}${next ? ", and there are more" : ""}`;
    const told = results.length ? listed : "No run answers this.";
    place.replaceChildren(status("quiet", told), ...(results.length ? [this.table(site, results)] : []));
  }

  private say(place: HTMLElement, error: unknown): void {
    place.replaceChildren(status("fault", error instanceof Error ? error.message : String(error)));
  }

  private table(site: Site, runs: RunSummary[]): HTMLElement {
    const table = element("table");
    table.setAttribute("aria-label", "Runs");
    const head = table.createTHead().insertRow();
    for (const name of ["Scan", "Plan", "When", "Ended"]) {
      const cell = element("th", "", name);
      cell.scope = "col";
      head.append(cell);
    }
    const body = table.createTBody();
    for (const run of runs) {
      const row = body.insertRow();
      const link = element("a", "", String(run.scan_id ?? run.uid.slice(0, 8)));
      link.href = `${site.base}/runs/${run.uid}`;
      link.addEventListener("click", (event) => {
        const chosen = new CustomEvent("run-chosen", {
          detail: run,
          bubbles: true,
          composed: true,
          cancelable: true,
        });
        if (!this.dispatchEvent(chosen)) event.preventDefault();
      });
      row.insertCell().append(link);
      row.insertCell().textContent = run.plan_name;
      row.insertCell().textContent = when(run.time);
      row.insertCell().textContent = run.exit_status ?? "running";
    }
    return table;
  }
}

/** A line that is read out when it comes. */
function status(className: string, text: string): HTMLElement {
  const made = element("p", className, text);
  made.setAttribute("role", "status");
  return made;
}
