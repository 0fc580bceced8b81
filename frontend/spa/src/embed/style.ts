/** Looks of the components: the page's colour scheme chooses light or dark, its custom properties any colour. */
export const STYLE = `
:host {
  --ink: var(--beamport-ink, light-dark(#16242b, #e3ebee));
  --quiet: var(--beamport-quiet, light-dark(#4d5d66, #a4b4bb));
  --accent: var(--beamport-accent, light-dark(#0a687c, #63bdd0));
  --on-accent: var(--beamport-on-accent, light-dark(#fff, #05222a));
  --fault: var(--beamport-fault, light-dark(#b0241c, #f3938b));
  --line: light-dark(#d3dbdf, #2c393f);
  --strong: light-dark(#84939b, #6c7d85);
  display: block;
  font: 14px/1.45 system-ui, sans-serif;
  color: var(--ink);
}
p { margin: 4px 0; }
.quiet { color: var(--quiet); }
.fault { color: var(--fault); overflow-wrap: anywhere; }
form { display: flex; gap: 6px; margin-bottom: 8px; }
input { flex: 1; min-width: 0; padding: 6px 8px; font: inherit; color: var(--ink); background: transparent; border: 1px solid var(--strong); border-radius: 5px; }
button { min-height: 32px; padding: 4px 12px; font: inherit; color: var(--on-accent); background: var(--accent); border: 0; border-radius: 5px; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 8px 5px 0; text-align: left; overflow-wrap: anywhere; border-bottom: 1px solid var(--line); }
a { color: var(--accent); }
img, svg { display: block; max-width: 100%; }
img { background: #fff; }
svg { width: 100%; height: auto; }
svg path { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; }
svg text { font-size: 11px; fill: currentColor; }
.map { display: grid; grid-template: 220px auto / auto 1fr; gap: 4px 6px; font-size: 11px; }
.map canvas { width: 100%; height: 100%; image-rendering: pixelated; }
.map .slow { display: flex; flex-direction: column; justify-content: space-between; text-align: right; }
.map .fast { display: flex; grid-column: 2; justify-content: space-between; }
figure { margin: 0; }
figcaption { color: var(--quiet); }
`;
