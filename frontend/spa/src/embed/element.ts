import { type Site, siteOf } from "./site";
import { STYLE } from "./style";

/** What every component has: its own shadow, the site it asks, and a place to say what went wrong. */
export abstract class BeamportElement extends HTMLElement {
  protected readonly root = this.attachShadow({ mode: "open" });
  private abort = new AbortController();

  connectedCallback(): void {
    this.begin();
  }

  disconnectedCallback(): void {
    this.abort.abort();
    this.leave();
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.begin();
  }

  /** Draw for the first time, or anew because an attribute has changed. */
  protected abstract show(site: Site, signal: AbortSignal): Promise<void>;

  /** Give back what `show` holds. */
  protected leave(): void {}

  private begin(): void {
    this.abort.abort();
    this.leave();
    this.abort = new AbortController();
    const { signal } = this.abort;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.root.adoptedStyleSheets = [sheet];
    const base = this.getAttribute("site") ?? new URL(import.meta.url).origin;
    const key = this.getAttribute("api-key") ?? "";
    this.root.replaceChildren(element("p", "quiet", "Loading …"));
    Promise.resolve(this.show(siteOf(base, key), signal)).catch((error: unknown) => {
      if (!signal.aborted) this.complain(error);
    });
  }

  protected complain(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    const said = element("p", "fault", text);
    said.setAttribute("role", "alert");
    const again = element("button", "", "Try again");
    again.type = "button";
    again.addEventListener("click", () => this.begin());
    this.root.replaceChildren(said, again);
  }

  /** What an attribute of the element says. */
  protected named(attribute: string): string {
    const value = this.getAttribute(attribute)?.trim();
    if (!value) throw new Error(`<${this.localName}> is not told its ${attribute}: write ${attribute}="…".`);
    return value;
  }
}

/** An element with a class and a text; never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className = "",
  text = "",
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}
