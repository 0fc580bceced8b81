import type { ExportJob } from "../../api/exports";

/** How much is written, in percent; null where it is not known how much there is. */
export function percentOf(job: Pick<ExportJob, "rows" | "num_rows" | "runs" | "runs_done">): number | null {
  if (job.num_rows) return Math.min(100, (job.rows / job.num_rows) * 100);
  return job.runs.length > 1 ? (job.runs_done / job.runs.length) * 100 : null;
}

/** A size as people read it. */
export function sizeText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : Number(size.toPrecision(3))} ${units[unit]}`;
}
