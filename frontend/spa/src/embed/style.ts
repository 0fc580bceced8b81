/** Looks of the components; a page changes them by the custom properties. */
export const STYLE = `
:host { display: block; font: 14px/1.45 system-ui, sans-serif; color: var(--beamport-ink, #16242b); }
.quiet { color: var(--beamport-quiet, #4d5d66); margin: 4px 0; }
.fault { color: var(--beamport-fault, #b0241c); margin: 4px 0; }
form { display: flex; gap: 6px; margin-bottom: 8px; }
input { flex: 1; min-width: 0; padding: 6px 8px; font: inherit; border: 1px solid #84939b; border-radius: 5px; }
button { padding: 6px 12px; font: inherit; color: #fff; background: var(--beamport-accent, #0a687c); border: 0; border-radius: 5px; cursor: pointer; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: 5px 8px; text-align: left; border-bottom: 1px solid #d3dbdf; }
a { color: var(--beamport-accent, #0a687c); }
img, svg { display: block; max-width: 100%; }
svg { width: 100%; height: auto; }
svg path { fill: none; stroke: var(--beamport-accent, #0a687c); stroke-width: 2; vector-effect: non-scaling-stroke; }
svg text { font-size: 11px; fill: currentColor; }
figure { margin: 0; }
figcaption { color: var(--beamport-quiet, #4d5d66); }
`;
