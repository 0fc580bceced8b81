import { type ReactNode, useState } from "react";
import { getTable, type RunDetail, type StreamDetail } from "../../api/runs";
import { figure, measured } from "../../components/format";
import { Button, Card, Empty, Loading, Problem, TableRegion } from "../../components/parts";
import { useResource } from "../../live/resource";

const ROWS = 100;

interface RunTableProps {
  run: RunDetail;
  stream: string;
  actions: ReactNode;
}

/** A window of the events of one stream. */
export function RunTable({ run, stream, actions }: RunTableProps) {
  const [start, setStart] = useState(0);
  const detail = run.streams[stream];
  const count = detail?.num_events ?? 0;
  const keys = (detail?.columns ?? []).filter((column) => !column.external).map((column) => column.key);
  const table = useResource(stream ? `table:${run.uid}:${stream}:${start}` : null, (signal) =>
    getTable(run.uid, stream, { start, stop: start + ROWS }, signal),
  );
  const columns = table.data?.columns ?? {};
  const length = Math.max(0, ...Object.values(columns).map((column) => column.length));
  const shown = keys.filter((key) => key in columns);
  return (
    <Card title={`Table${stream ? ` · ${stream}` : ""}`} actions={actions}>
      {table.error && <Problem error={table.error} onRetry={table.refresh} />}
      {table.isLoading && <Loading what="the table" />}
      {table.data && length === 0 && <Empty>This stream has no events.</Empty>}
      {length > 0 && (
        <TableRegion className="table-window" label={`Events of ${stream}`}>
          <table className="table table-numbers">
            <thead>
              <tr>
                <th scope="col">#</th>
                {shown.map((key) => (
                  <th scope="col" key={key}>
                    {heading(key, detail)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {Array.from({ length }, (_, row) => row).map((row) => (
                <tr key={row}>
                  <td>{figure(columns.seq_num?.[row] ?? start + row + 1)}</td>
                  {shown.map((key) => (
                    <td key={key}>{cell(columns[key]?.[row], detail, key)}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </TableRegion>
      )}
      {count > ROWS && (
        <div className="pager">
          <Button disabled={start === 0} onClick={() => setStart(Math.max(0, start - ROWS))}>
            Earlier
          </Button>
          <span className="muted">
            {start + 1} – {Math.min(start + ROWS, count)} of {count}
          </span>
          <Button disabled={start + ROWS >= count} onClick={() => setStart(start + ROWS)}>
            Later
          </Button>
        </div>
      )}
    </Card>
  );
}

/** A float is written as what it is, also where its value is whole. */
function cell(value: unknown, detail: StreamDetail | undefined, key: string): string {
  const isFloat = detail?.columns.find((column) => column.key === key)?.dtype === "number";
  return isFloat && typeof value === "number" ? measured(value) : figure(value);
}

function heading(key: string, detail: StreamDetail | undefined): string {
  const units = detail?.columns.find((column) => column.key === key)?.units;
  return units ? `${key} (${units})` : key;
}
