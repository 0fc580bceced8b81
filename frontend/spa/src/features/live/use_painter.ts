import { useEffect, useRef, useState } from "react";
import type { PaintWish, Region } from "../../live/frame_painter";
import type { NotPainted, Order, Painted } from "../../live/frame_work";

export type Painting = Omit<Painted, "rgba">;

/**
 * A canvas that a worker paints: frames are fetched, scaled and coloured away from the page, and what was
 * overtaken is left out. The last picture stays until the next one has come.
 */
export function usePainter(url: string | null, wish: PaintWish, region: Region | null) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const worker = useRef<Worker | null>(null);
  const number = useRef(0);
  const [painting, setPainting] = useState<Painting | null>(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    const made = new Worker(new URL("../../live/frame_worker.ts", import.meta.url), { type: "module" });
    made.onmessage = ({ data }: MessageEvent<Painted | NotPainted>) => {
      setProblem("problem" in data ? data.problem : "");
      if ("problem" in data) return;
      const { rgba, ...rest } = data;
      if (canvas.current) draw(canvas.current, rgba, rest);
      setPainting(rest);
    };
    worker.current = made;
    return () => {
      worker.current = null;
      made.terminate();
    };
  }, []);
  useEffect(() => {
    if (url === null) return;
    number.current += 1;
    const order: Order = { number: number.current, url, wish, region };
    worker.current?.postMessage(order);
  }, [url, wish, region]);
  return { canvas, painting, problem };
}

function draw(canvas: HTMLCanvasElement, rgba: Uint8ClampedArray<ArrayBuffer>, size: Painting): void {
  if (canvas.width !== size.columns) canvas.width = size.columns;
  if (canvas.height !== size.rows) canvas.height = size.rows;
  canvas.getContext("2d")?.putImageData(new ImageData(rgba, size.columns, size.rows), 0, 0);
}
