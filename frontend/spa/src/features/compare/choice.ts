import type { ComparedRun } from "../../api/figures";

export type Chosen = Pick<ComparedRun, "uid" | "colour">;

/** The address of a comparison of these runs; colours are written where they are not by place. */
export function withRuns(search: URLSearchParams, runs: Chosen[]): URLSearchParams {
  const next = new URLSearchParams(search);
  next.delete("run");
  next.delete("colours");
  for (const { uid } of runs) next.append("run", uid);
  if (runs.some(({ colour }, index) => colour !== index + 1))
    next.set("colours", runs.map(({ colour }) => colour).join(","));
  return next;
}

/** The runs with another one last, in the first colour that none of them has. */
export function withOneMore(runs: Chosen[], uid: string): Chosen[] {
  const taken = new Set(runs.map(({ colour }) => colour));
  const free = runs.findIndex((_, index) => !taken.has(index + 1));
  return [...runs, { uid, colour: free < 0 ? runs.length + 1 : free + 1 }];
}
