/** Reads a NumPy file: a picture of numbers, as the frame route gives it with `format=npy`. */

export type Pixels =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

export interface Picture {
  rows: number;
  columns: number;
  pixels: Pixels;
}

type Maker = new (buffer: ArrayBuffer, offset: number, length: number) => Pixels;

const MAKERS: Record<string, Maker> = {
  b1: Uint8Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  f4: Float32Array,
  f8: Float64Array,
};

const MAGIC = "\x93NUMPY";

/** The picture in a NumPy file; of a stack the first. Throws words where it is none. */
export function readNpy(buffer: ArrayBuffer): Picture {
  const view = new DataView(buffer);
  const head = new Uint8Array(buffer, 0, Math.min(buffer.byteLength, MAGIC.length));
  if (String.fromCharCode(...head) !== MAGIC) throw new Error("This is no NumPy file.");
  const isOld = view.getUint8(6) === 1;
  const begin = isOld ? 10 : 12;
  const length = isOld ? view.getUint16(8, true) : view.getUint32(8, true);
  const text = new TextDecoder("latin1").decode(new Uint8Array(buffer, begin, length));
  const [, order = "", kind = ""] = /'descr':\s*'([<>|=])(\w+)'/.exec(text) ?? [];
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(text)?.[1] ?? "").split(",").map(Number).filter(Boolean);
  const rows = shape.length > 1 ? (shape.at(-2) ?? 0) : 1;
  const columns = shape.at(-1) ?? 0;
  if (/'fortran_order':\s*True/.test(text)) throw new Error("The picture is stored by columns.");
  const pixels = pixelsOf(buffer, begin + length, rows * columns, kind, order);
  return { rows, columns, pixels };
}

function pixelsOf(buffer: ArrayBuffer, offset: number, count: number, kind: string, order: string): Pixels {
  const size = Number(kind.slice(1));
  if (offset + count * size > buffer.byteLength) throw new Error("The picture is cut short.");
  const view = new DataView(buffer);
  const isLittle = order !== ">";
  if (kind === "i8" || kind === "u8") {
    const read = kind === "i8" ? view.getBigInt64 : view.getBigUint64;
    return Float64Array.from({ length: count }, (_, at) =>
      Number(read.call(view, offset + 8 * at, isLittle)),
    );
  }
  const Maker = MAKERS[kind];
  if (!Maker) throw new Error(`Pixels of type ${kind || "unknown"} cannot be drawn.`);
  if (isLittle && offset % size === 0) return new Maker(buffer, offset, count);
  const own = buffer.slice(offset, offset + count * size);
  if (!isLittle) swap(new Uint8Array(own), size);
  return new Maker(own, 0, count);
}

function swap(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
