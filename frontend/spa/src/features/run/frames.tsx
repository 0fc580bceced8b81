import type { Column, RunDetail } from "../../api/runs";
import { FrameCard } from "../live/frame_card";

interface FrameColumn {
  stream: string;
  column: Column;
  count: number;
}

/** Columns of a stored run whose values are pictures in files. */
export function frameColumns(run: Pick<RunDetail, "streams">): FrameColumn[] {
  return Object.entries(run.streams).flatMap(([stream, detail]) =>
    detail.columns
      .filter((column) => column.external && column.shape.length >= 2)
      .map((column) => ({ stream, column, count: detail.num_events })),
  );
}

/** Pictures of area detectors with levels, colours and a region, as on the live page. */
export function Frames({ run }: { run: RunDetail }) {
  return frameColumns(run).map(({ stream, column, count }) => (
    <FrameCard
      key={`${stream}/${column.key}`}
      uid={run.uid}
      found={{
        stream,
        field: column.key,
        rows: Number(column.shape.at(-2)),
        columns: Number(column.shape.at(-1)),
        count,
      }}
    />
  ));
}
