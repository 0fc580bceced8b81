/** Anchors of a dark-to-light scale that reads the same in grey and for the colour-blind. */
const ANCHORS: [number, number, number][] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

/** 256 colours as RGBA bytes, ready to be copied into a picture. */
export function colourTable(): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level < 256; level += 1) {
    const at = (level / 255) * (ANCHORS.length - 1);
    const below = ANCHORS[Math.floor(at)] ?? [0, 0, 0];
    const above = ANCHORS[Math.ceil(at)] ?? below;
    const share = at - Math.floor(at);
    for (const channel of [0, 1, 2] as const) {
      table[level * 4 + channel] = below[channel] + (above[channel] - below[channel]) * share;
    }
    table[level * 4 + 3] = 255;
  }
  return table;
}
