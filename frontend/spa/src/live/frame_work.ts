import { type PaintWish, paintPicture, type Region, type RegionSum, sumOf } from "./frame_painter";
import { type Picture, readNpy } from "./npy";

/** What the page asks of the painter. */
export interface Order {
  number: number;
  url: string;
  wish: PaintWish;
  region: Region | null;
}

/** What it gets: a picture with what is in it, or why there is none. */
export interface Painted {
  number: number;
  url: string;
  rows: number;
  columns: number;
  low: number;
  high: number;
  region: RegionSum | null;
  rgba: Uint8ClampedArray<ArrayBuffer>;
}

export interface NotPainted {
  number: number;
  url: string;
  problem: string;
}

export type FetchPicture = (url: string) => Promise<ArrayBuffer>;

/**
 * Paints the newest order and leaves out those that were overtaken. The last picture is kept: other levels,
 * colours or regions need no fetch.
 */
export class FrameWork {
  private next: Order | null = null;
  private isBusy = false;
  private kept: { url: string; picture: Picture } | null = null;

  constructor(
    private readonly fetchPicture: FetchPicture,
    private readonly answer: (answer: Painted | NotPainted) => void,
  ) {}

  async take(order: Order): Promise<void> {
    this.next = order;
    if (this.isBusy) return;
    this.isBusy = true;
    while (this.next) {
      const now: Order = this.next;
      this.next = null;
      this.answer(await this.paint(now));
    }
    this.isBusy = false;
  }

  private async paint({ number, url, wish, region }: Order): Promise<Painted | NotPainted> {
    try {
      if (this.kept?.url !== url) this.kept = { url, picture: readNpy(await this.fetchPicture(url)) };
      const { picture } = this.kept;
      return {
        number,
        url,
        rows: picture.rows,
        columns: picture.columns,
        ...paintPicture(picture, wish),
        region: region && sumOf(picture, region),
      };
    } catch (cause) {
      return { number, url, problem: cause instanceof Error ? cause.message : String(cause) };
    }
  }
}

const RETRIES = 3;
const RETRY_AFTER_MS = 300;

/** Fetch a frame; one that was announced a moment ago may not be on the disk of the server yet. */
export async function fetchFrame(url: string): Promise<ArrayBuffer> {
  for (let attempt = 0; ; attempt += 1) {
    const response = await fetch(url, { credentials: "same-origin" });
    if (response.ok) return response.arrayBuffer();
    if (response.status !== 404 || attempt >= RETRIES) throw new Error(await reasonOf(response));
    await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
  }
}

async function reasonOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  const detail = (body as { detail?: unknown } | null)?.detail;
  return typeof detail === "string" ? detail : `The server answered with status ${response.status}.`;
}
