import type { RunBuffer } from "./run_buffer";

/** Pictures that a stream of a run has in files. */
export interface FrameField {
  stream: string;
  field: string;
  rows: number;
  columns: number;
  /** How many are ready. */
  count: number;
}

interface DataKey {
  external?: string;
  shape?: number[];
}

/** Fields with pictures, and how many of each the documents say are there. */
export function frameFields(run: RunBuffer): FrameField[] {
  return [...run.streams.values()].flatMap((stream) => {
    const keys = (stream.descriptor.data_keys ?? {}) as Record<string, DataKey>;
    return Object.entries(keys)
      .filter(([, key]) => key.external && (key.shape?.length ?? 0) >= 2)
      .map(([field, key]) => ({
        stream: stream.name,
        field,
        rows: Number(key.shape?.at(-2)),
        columns: Number(key.shape?.at(-1)),
        count: run.frameCounts.get(`${stream.name}/${field}`) ?? stream.seqNum.length,
      }));
  });
}
