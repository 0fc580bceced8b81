/** The part of Plotly that is used. */
export interface Plotly {
  react(place: HTMLElement, data: unknown[], layout: unknown, config: unknown): Promise<unknown>;
  relayout(place: HTMLElement, changes: unknown): Promise<unknown>;
  purge(place: HTMLElement): void;
}

let loading: Promise<Plotly> | null = null;

/** Fetch Plotly once, in a way that a content security policy without 'unsafe-inline' allows. */
export function loadPlotly(): Promise<Plotly> {
  loading ??= load();
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

async function load(): Promise<Plotly> {
  allowStyleAttributes();
  const [module] = await Promise.all([import("plotly.js-cartesian-dist-min"), styleSheet()]);
  return (module as unknown as { default: Plotly }).default;
}

/**
 * Plotly adds its rules to the sheet of the element with this id, and makes an inline <style> only where there
 * is none: a linked sheet of our own takes them by the object model, which the policy allows.
 */
function styleSheet(): Promise<void> {
  const id = "plotly.js-style-global";
  if (document.getElementById(id)) return Promise.resolve();
  const link = document.createElement("link");
  link.id = id;
  link.rel = "stylesheet";
  link.href = new URL("../styles/plotly.css", import.meta.url).href;
  return new Promise((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => reject(new Error("the style sheet of the plot did not load"));
    document.head.append(link);
  });
}

/** d3 writes whole style attributes, which the policy blocks; the same text through the object model is allowed. */
function allowStyleAttributes(): void {
  const original = SVGElement.prototype.setAttribute;
  SVGElement.prototype.setAttribute = function setAttribute(this: SVGElement, name: string, value: string) {
    if (name === "style") this.style.cssText = value;
    else original.call(this, name, value);
  };
}
