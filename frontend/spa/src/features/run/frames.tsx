import { useState } from "react";
import { type Column, frameUrl, type RunDetail } from "../../api/runs";
import { Card } from "../../components/parts";

interface FrameColumn {
  stream: string;
  column: Column;
  count: number;
}

export function frameColumns(run: RunDetail): FrameColumn[] {
  return Object.entries(run.streams).flatMap(([stream, detail]) =>
    detail.columns
      .filter((column) => column.external && column.shape.length >= 2)
      .map((column) => ({ stream, column, count: detail.num_events })),
  );
}

/** Pictures of area detectors, one at a time. */
export function Frames({ run }: { run: RunDetail }) {
  const columns = frameColumns(run);
  return columns.map((found) => <Frame key={`${found.stream}/${found.column.key}`} run={run} {...found} />);
}

function Frame({ run, stream, column, count }: FrameColumn & { run: RunDetail }) {
  const [index, setIndex] = useState(0);
  const [failed, setFailed] = useState<number | null>(null);
  const last = Math.max(0, count - 1);
  return (
    <Card title={`Frames of ${column.key}`}>
      <figure className="frame-picture">
        {failed === index ? (
          <p className="empty">Frame {index} cannot be shown: its file may not be reachable from here.</p>
        ) : (
          <img
            src={frameUrl(run.uid, stream, column.key, index)}
            alt={`Frame ${index} of ${column.key}`}
            onError={() => setFailed(index)}
          />
        )}
        <figcaption>
          <label className="inline">
            Frame {index} of {last}
            <input
              type="range"
              min={0}
              max={last}
              value={index}
              onChange={(event) => setIndex(Number(event.target.value))}
            />
          </label>
        </figcaption>
      </figure>
    </Card>
  );
}
