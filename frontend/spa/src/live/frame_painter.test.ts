import { describe, expect, it } from "vitest";
import { COLOUR_MAPS, colourTable } from "../components/colours";
import { regionBetween } from "../features/live/region";
import { levelsOf, paintPicture, sumOf } from "./frame_painter";
import { FrameWork, type NotPainted, type Painted } from "./frame_work";
import { frameFields } from "./frames";
import { readNpy } from "./npy";
import { RunBuffer } from "./run_buffer";

function npy(descr: string, shape: number[], body: ArrayBuffer): ArrayBuffer {
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`.padEnd(118);
  const made = new Uint8Array(10 + text.length + body.byteLength);
  made.set([0x93, ...[..."NUMPY"].map((sign) => sign.charCodeAt(0)), 1, 0, text.length, 0]);
  made.set(new TextEncoder().encode(text), 10);
  made.set(new Uint8Array(body), 10 + text.length);
  return made.buffer;
}

const u2 = (...values: number[]) => Uint16Array.from(values).buffer;
const GREY = { map: "grey", isLog: false, low: null, high: null } as const;

describe("NumPy files", () => {
  it("are read as pictures, of a stack the first", () => {
    const found = readNpy(npy("<u2", [2, 3], u2(1, 2, 3, 4, 5, 6)));
    expect(found).toMatchObject({ rows: 2, columns: 3 });
    expect([...found.pixels]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...readNpy(npy("<u2", [2, 1, 2], u2(1, 2, 3, 4))).pixels]).toEqual([1, 2]);
    expect(readNpy(npy("<u2", [3], u2(1, 2, 3)))).toMatchObject({ rows: 1, columns: 3 });
  });

  it("may hold numbers of any width, in either order", () => {
    const swapped = new DataView(new ArrayBuffer(4));
    swapped.setUint16(0, 513);
    swapped.setUint16(2, 7);
    expect([...readNpy(npy(">u2", [1, 2], swapped.buffer)).pixels]).toEqual([513, 7]);
    expect([...readNpy(npy("<i8", [1, 2], BigInt64Array.from([-5n, 9n]).buffer)).pixels]).toEqual([-5, 9]);
    expect([...readNpy(npy("<f4", [1, 1], Float32Array.from([0.5]).buffer)).pixels]).toEqual([0.5]);
  });

  it("are refused in words where they are none", () => {
    expect(() => readNpy(new TextEncoder().encode("<html>no").buffer)).toThrow("no NumPy file");
    expect(() => readNpy(npy("<u2", [2, 2], u2(1)))).toThrow("cut short");
    expect(() => readNpy(npy("<c16", [1, 1], new ArrayBuffer(16)))).toThrow("c16 cannot be drawn");
  });
});

describe("the painter", () => {
  const picture = (...values: number[]) => ({
    rows: 1,
    columns: values.length,
    pixels: Uint16Array.from(values),
  });

  it("spreads values between the levels", () => {
    const { rgba, low, high } = paintPicture(picture(0, 50, 100, 200), { ...GREY, low: 0, high: 100 });
    expect([rgba[0], rgba[4], rgba[8], rgba[12]]).toEqual([0, 128, 255, 255]);
    expect([rgba[3], low, high]).toEqual([255, 0, 100]);
  });

  it("gives floats the colours that integers have, and NaN none", () => {
    const floats = { rows: 1, columns: 3, pixels: Float32Array.from([0, 50, Number.NaN]) };
    const { rgba } = paintPicture(floats, { ...GREY, low: 0, high: 100 });
    expect([rgba[0], rgba[4], rgba[11]]).toEqual([0, 128, 0]);
  });

  it("lifts what is faint by the logarithm", () => {
    const even = paintPicture(picture(10), { ...GREY, low: 0, high: 1000 }).rgba[0] ?? 0;
    const log = paintPicture(picture(10), { ...GREY, isLog: true, low: 0, high: 1000 }).rgba[0] ?? 0;
    expect(even).toBeLessThan(5);
    expect(log).toBeGreaterThan(80);
  });

  it("takes levels that a hot pixel does not move", () => {
    const pixels = new Uint16Array(10_000).map((_, at) => at % 100);
    pixels[5] = 65_535;
    expect(levelsOf(pixels)).toEqual([0, 99]);
    expect(levelsOf(new Float64Array([Number.NaN]))).toEqual([0, 1]);
    expect(levelsOf(new Uint16Array([7, 7]))).toEqual([7, 8]);
  });

  it("has scales from end to end", () => {
    for (const map of COLOUR_MAPS) {
      const table = colourTable(map);
      expect(table[3]).toBe(255);
      expect([...table.slice(0, 3)]).not.toEqual([...table.slice(-4, -1)]);
    }
  });

  it("sums a region, also one that reaches beyond the picture", () => {
    const grid = { rows: 2, columns: 3, pixels: Float64Array.from([1, 2, 3, 4, Number.NaN, 6]) };
    const region = { left: 1, top: 0, width: 9, height: 2 };
    expect(sumOf(grid, region)).toEqual({ sum: 11, mean: 11 / 3, greatest: 6, pixels: 3 });
    expect(sumOf(grid, { ...region, left: 99 }).pixels).toBe(0);
  });
});

describe("a region", () => {
  it("is drawn between two corners in any order, and needs more than a press", () => {
    expect(regionBetween([0.5, 0.5], [0.25, 0], 100, 200)).toEqual({
      left: 50,
      top: 0,
      width: 50,
      height: 50,
    });
    expect(regionBetween([0.9, 0.9], [2, 2], 10, 10)).toEqual(null);
    expect(regionBetween([0.8, 0.8], [2, 2], 10, 10)).toEqual({ left: 8, top: 8, width: 2, height: 2 });
    expect(regionBetween([0.5, 0.5], [0.5, 0.5], 10, 10)).toBeNull();
  });
});

describe("the work of painting", () => {
  it("leaves out frames that were overtaken, and fetches one once", async () => {
    const fetched: string[] = [];
    const answers: (Painted | NotPainted)[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const work = new FrameWork(
      async (url) => {
        fetched.push(url);
        if (fetched.length === 1) await held;
        if (url === "bad") throw new Error("no such frame");
        return npy("<u2", [1, 2], u2(1, 2));
      },
      (answer) => answers.push(answer),
    );
    const order = (number: number, url: string) => ({ number, url, wish: GREY, region: null });
    const done = work.take(order(1, "a"));
    await work.take(order(2, "b"));
    await work.take(order(3, "c"));
    release();
    await done;
    expect(fetched).toEqual(["a", "c"]);
    expect(answers.map(({ number }) => number)).toEqual([1, 3]);
    await work.take(order(4, "c"));
    await work.take(order(5, "bad"));
    expect(fetched).toEqual(["a", "c", "bad"]);
    expect(answers.at(-1)).toMatchObject({ problem: "no such frame" });
  });
});

describe("frames of a run", () => {
  it("are counted by the documents that say what the file holds", () => {
    const run = new RunBuffer("u");
    const key = { external: "STREAM:", dtype: "array", shape: [1, 4, 6] };
    const descriptor = {
      uid: "d",
      name: "primary",
      data_keys: { camera: key, sx: { dtype: "number", shape: [] } },
    };
    run.apply({
      run: "u",
      first: 0,
      last: 3,
      documents: [
        [0, "start", {}],
        [1, "descriptor", descriptor],
        [2, "stream_resource", { uid: "r", data_key: "camera" }],
        [3, "stream_datum", { descriptor: "d", stream_resource: "r", seq_nums: { start: 1, stop: 4 } }],
      ],
    });
    expect(frameFields(run)).toEqual([{ stream: "primary", field: "camera", rows: 4, columns: 6, count: 3 }]);
  });
});
