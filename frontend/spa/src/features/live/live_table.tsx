import { figure } from "../../components/format";
import { Card, Empty, TableRegion } from "../../components/parts";
import { label, unitsOf } from "../../live/axes";
import type { RunBuffer, StreamColumns } from "../../live/run_buffer";
import { mainStream } from "../../live/streams";

const ROWS = 60;

interface LiveTableProps {
  run: RunBuffer;
  version: number;
  /** Name of the stream to show; that of the plan unless given. */
  picked?: string | null;
}

/** The last points of a stream, newest first. */
export function LiveTable({ run, picked = null }: LiveTableProps) {
  const stream = (picked ? run.streams.get(picked) : null) ?? mainStream(run);
  const keys = stream ? shownKeys(stream) : [];
  const count = stream?.seqNum.length ?? 0;
  const zero = Number(run.start?.time ?? 0);
  const rows = Array.from({ length: Math.min(ROWS, count) }, (_, index) => count - 1 - index);
  return (
    <Card title={count > ROWS ? `Last ${ROWS} of ${count} points` : "Points"} className="live-table-card">
      {!stream || count === 0 ? (
        <Empty>{run.stop ? "No points were taken." : "No points yet."}</Empty>
      ) : (
        <TableRegion label="Points of the run">
          <table className="table table-numbers">
            <thead>
              <tr>
                <th scope="col">#</th>
                <th scope="col">time (s)</th>
                {keys.map((key) => (
                  <th scope="col" key={key}>
                    {label(key, unitsOf(stream, key))}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={stream.seqNum[row]}>
                  <td>{stream.seqNum[row]}</td>
                  <td>{((stream.time[row] ?? zero) - zero).toFixed(2)}</td>
                  {keys.map((key) => (
                    <td key={key}>{figure(stream.columns.get(key)?.[row])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </TableRegion>
      )}
    </Card>
  );
}

/** Columns that have something to show in a row: not pictures in files. */
export function shownKeys(stream: StreamColumns): string[] {
  const keys = (stream.descriptor.data_keys ?? {}) as Record<string, { external?: string }>;
  return [...stream.columns.keys()].filter((key) => !keys[key]?.external);
}
