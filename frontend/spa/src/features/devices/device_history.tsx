import { useState } from "react";
import { Link } from "react-router";
import { type DeviceHistory, getDeviceHistory, type HistoryEntry } from "../../api/runs";
import { figure, when } from "../../components/format";
import { LinePlot } from "../../components/line_plot";
import { Button, Card, Empty, Loading, Problem, TableRegion } from "../../components/parts";
import { useResource } from "../../live/resource";
import { historyLines, historySummary } from "./history_lines";

interface HistoryCardProps {
  beamline: string;
  device: string;
}

/** What the device told in the runs that one may see: a value chosen, drawn over time and listed. */
export function HistoryCard({ beamline, device }: HistoryCardProps) {
  const [key, setKey] = useState("");
  const [cursors, setCursors] = useState([""]);
  const cursor = cursors.at(-1) ?? "";
  const answer = useResource(`history:${beamline}:${device}:${key}:${cursor}`, (signal) =>
    getDeviceHistory({ beamline, device, key, cursor }, signal),
  );
  const { data } = answer;
  return (
    <Card
      title="Over runs"
      className="device-history"
      actions={data && <ValueChoice history={data} onChoose={setKey} />}
    >
      {answer.error && <Problem error={answer.error} onRetry={answer.refresh} />}
      {answer.isLoading && <Loading what="the runs that read it" />}
      {data && data.results.length === 0 && (
        <Empty>None of {cursor ? "these older" : "the newest 200"} runs that you can see read it.</Empty>
      )}
      {data && data.results.length > 0 && <Told history={data} />}
      {(cursors.length > 1 || data?.next) && (
        <div className="pager">
          <Button disabled={cursors.length === 1} onClick={() => setCursors(cursors.slice(0, -1))}>
            Newer runs
          </Button>
          <Button disabled={!data?.next} onClick={() => setCursors([...cursors, data?.next ?? ""])}>
            Older runs
          </Button>
        </div>
      )}
    </Card>
  );
}

interface ValueChoiceProps {
  history: DeviceHistory;
  onChoose: (key: string) => void;
}

function ValueChoice({ history, onChoose }: ValueChoiceProps) {
  if (history.keys.length < 2) return null;
  return (
    <label className="inline">
      Value
      <select value={history.key} onChange={(event) => onChoose(event.target.value)}>
        {history.keys.map(({ key, is_setting }) => (
          <option key={key} value={key}>
            {key}
            {is_setting && " (setting)"}
          </option>
        ))}
      </select>
    </label>
  );
}

function Told({ history }: { history: DeviceHistory }) {
  const lines = historyLines(history.results);
  const units = history.units ?? "";
  return (
    <>
      {lines && (
        <figure className="live-figure live-figure-compact">
          <LinePlot
            data={lines}
            xLabel="run"
            isTime
            series={[
              { label: "first", units },
              { label: "last", units },
            ]}
            version={lines[0].length}
          />
          <figcaption className="visually-hidden">
            {history.key} over {historySummary(lines, history.units)}. The same values are in the table below.
          </figcaption>
        </figure>
      )}
      <TableRegion className="table-window" label={`${history.key} over runs`}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Run</th>
              <th scope="col">Plan</th>
              <th scope="col">Began</th>
              <th scope="col">Read in</th>
              <th scope="col">First{units && ` (${units})`}</th>
              <th scope="col">Last{units && ` (${units})`}</th>
            </tr>
          </thead>
          <tbody>
            {history.results.map((row) => (
              <Entry key={row.uid} row={row} />
            ))}
          </tbody>
        </table>
      </TableRegion>
    </>
  );
}

function Entry({ row }: { row: HistoryEntry }) {
  return (
    <tr>
      <th scope="row">
        <Link to={`/runs/${row.uid}`}>{row.scan_id ?? row.uid.slice(0, 8)}</Link>
      </th>
      <td>
        <bdi>{row.plan_name}</bdi>
      </td>
      <td>{when(row.time)}</td>
      <td>
        <bdi>{row.stream}</bdi>
      </td>
      <td>{figure(row.first)}</td>
      <td>{figure(row.last)}</td>
    </tr>
  );
}
