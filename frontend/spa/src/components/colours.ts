type Colour = [red: number, green: number, blue: number];

/** Anchors of scales from dark to light; the first reads the same in grey and for the colour-blind. */
const VIRIDIS: Colour[] = [
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

const SCALES = {
  viridis: VIRIDIS,
  grey: [
    [0, 0, 0],
    [255, 255, 255],
  ],
  inverted: [
    [255, 255, 255],
    [0, 0, 0],
  ],
  heat: [
    [0, 0, 0],
    [130, 0, 0],
    [230, 60, 0],
    [255, 180, 20],
    [255, 255, 255],
  ],
} satisfies Record<string, Colour[]>;

export type ColourMap = keyof typeof SCALES;

export const COLOUR_MAPS = Object.keys(SCALES) as ColourMap[];

/** 256 colours as RGBA bytes, ready to be copied into a picture. */
export function colourTable(map: ColourMap = "viridis"): Uint8ClampedArray<ArrayBuffer> {
  const anchors: Colour[] = SCALES[map];
  const table = new Uint8ClampedArray(256 * 4);
  for (let level = 0; level < 256; level += 1) {
    const at = (level / 255) * (anchors.length - 1);
    const below = anchors[Math.floor(at)] ?? [0, 0, 0];
    const above = anchors[Math.ceil(at)] ?? below;
    const share = at - Math.floor(at);
    for (const channel of [0, 1, 2] as const) {
      table[level * 4 + channel] = below[channel] + (above[channel] - below[channel]) * share;
    }
    table[level * 4 + 3] = 255;
  }
  return table;
}
