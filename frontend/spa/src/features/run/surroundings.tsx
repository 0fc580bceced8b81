import { getBaseline, getConfiguration } from "../../api/annotations";
import { getConsole } from "../../api/console";
import type { RunDetail } from "../../api/runs";
import { figure, when } from "../../components/format";
import { Empty, TableRegion } from "../../components/parts";
import { LazyCard } from "./lazy_card";

/** What was read before the run and after it, what changed first. */
export function Baseline({ run }: { run: RunDetail }) {
  return (
    <LazyCard
      title="Before and after"
      what="the baseline"
      cacheKey={`baseline:${run.uid}`}
      fetcher={(signal) => getBaseline(run.uid, signal)}
    >
      {(rows) =>
        rows.length === 0 ? (
          <Empty>This run has no baseline.</Empty>
        ) : (
          <TableRegion className="table-window" label="Baseline before and after the run">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">Value</th>
                  <th scope="col">Before</th>
                  <th scope="col">After</th>
                  <th scope="col">Unit</th>
                </tr>
              </thead>
              <tbody>
                {[...rows]
                  .sort((a, b) => Number(b.is_changed) - Number(a.is_changed))
                  .map((row) => (
                    <tr key={row.key} className={row.is_changed ? "is-changed" : ""}>
                      <th scope="row">
                        <bdi>{row.key}</bdi>
                        {row.is_changed && <span className="visually-hidden"> (changed)</span>}
                      </th>
                      <td>{figure(row.before)}</td>
                      <td>{row.count > 1 ? figure(row.after) : "–"}</td>
                      <td>{row.units ?? ""}</td>
                    </tr>
                  ))}
              </tbody>
            </table>
          </TableRegion>
        )
      }
    </LazyCard>
  );
}

/** How each device was set, by stream. */
export function Configuration({ run }: { run: RunDetail }) {
  return (
    <LazyCard
      title="Configuration"
      what="the settings of the devices"
      cacheKey={`configuration:${run.uid}`}
      fetcher={(signal) => getConfiguration(run.uid, signal)}
    >
      {(descriptors) => {
        const told = descriptors.flatMap(({ stream, time, devices }) =>
          Object.entries(devices)
            .filter(([, { data }]) => Object.keys(data).length > 0)
            .map(([name, device]) => ({ stream, time, name, device })),
        );
        if (told.length === 0) return <Empty>No device told its settings.</Empty>;
        return told.map(({ stream, time, name, device }) => (
          <section key={`${stream} ${time} ${name}`} className="configuration">
            <h3>
              <bdi>{name}</bdi>{" "}
              <span className="muted">
                {stream}, {when(time)}
              </span>
            </h3>
            <dl className="metadata">
              {Object.entries(device.data).map(([key, value]) => (
                <div key={key} className="fact">
                  <dt>{key}</dt>
                  <dd>
                    {figure(value)} {device.data_keys?.[key]?.units ?? ""}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ));
      }}
    </LazyCard>
  );
}

/** What the worker wrote while the item of this run ran. */
export function RunConsole({ run }: { run: RunDetail }) {
  const item = run.start.item_uid;
  if (typeof item !== "string" || !item) return null;
  return (
    <LazyCard
      title="Console"
      what="what the worker wrote"
      cacheKey={`console:${item}`}
      fetcher={(signal) => getConsole(run.beamline, undefined, signal, item)}
    >
      {({ lines }) =>
        lines.length === 0 ? (
          <Empty>The worker wrote nothing, or it is no longer kept.</Empty>
        ) : (
          <TableRegion className="table-window" label="Console of this run">
            <ol className="console">
              {lines.map((line) => (
                <li key={line.seq} className={`console-line console-${line.level.toLowerCase()}`}>
                  <span className="muted">{when(line.at)}</span>
                  <span className="console-level">{line.level}</span>
                  <span>{line.text}</span>
                </li>
              ))}
            </ol>
          </TableRegion>
        )
      }
    </LazyCard>
  );
}
