import { useState } from "react";
import { type DeviceDescription, type DeviceValue, getDevices } from "../../api/devices";
import { figure, when } from "../../components/format";
import { Empty, Loading, Problem, TableRegion } from "../../components/parts";
import { useResource } from "../../live/resource";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { Alarm } from "./device_board";
import { useValues } from "./values";

export default function DevicesPage() {
  return withBeamline("Devices", (beamline) => <Devices beamline={beamline.name} />);
}

function Devices({ beamline }: { beamline: string }) {
  const devices = useResource(`devices:${beamline}`, (signal) => getDevices(beamline, signal));
  const { values, isStale } = useValues(beamline);
  const [search, setSearch] = useState("");
  const known = devices.data ?? {};
  const names = [...new Set([...Object.keys(known), ...Object.keys(values)])]
    .filter((name) => `${name} ${known[name]?.title ?? ""}`.toLowerCase().includes(search.toLowerCase()))
    .sort();
  return (
    <Page
      title="Devices"
      actions={
        <input
          type="search"
          placeholder="Find a device"
          aria-label="Find a device"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      }
    >
      {devices.error && <Problem error={devices.error} onRetry={devices.refresh} />}
      {devices.isLoading && <Loading what="the devices" />}
      {!devices.isLoading && names.length === 0 && (
        <Empty>No device fits. They are known when the worker has opened the beamline once.</Empty>
      )}
      {names.length > 0 && (
        <TableRegion className="card" label="Devices">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col">Value</th>
                <th scope="col">Limits</th>
                <th scope="col">Can</th>
                <th scope="col">Updated</th>
              </tr>
            </thead>
            <tbody>
              {names.map((name) => (
                <Row key={name} name={name} device={known[name]} value={values[name]} isStale={isStale} />
              ))}
            </tbody>
          </table>
        </TableRegion>
      )}
    </Page>
  );
}

const ABILITIES: [protocol: string, verb: string][] = [
  ["Readable", "read"],
  ["Movable", "move"],
  ["Triggerable", "acquire"],
  ["Flyable", "fly"],
  ["Stoppable", "stop"],
];

/** What can be done with a device, in words. */
export function abilities(protocols: string[]): string[] {
  return ABILITIES.filter(([protocol]) => protocols.includes(protocol)).map(([, verb]) => verb);
}

interface RowProps {
  name: string;
  device: DeviceDescription | undefined;
  value: DeviceValue | undefined;
  isStale: boolean;
}

function Row({ name, device, value, isStale }: RowProps) {
  const units = value?.units ?? device?.units ?? "";
  return (
    <tr className={isStale || value?.stale ? "is-stale" : ""}>
      <th scope="row">
        {name}
        {device?.title && device.title !== name && <span className="muted cell-note">{device.title}</span>}
      </th>
      <td>
        <span className="number">{value ? figure(value.value) : "–"}</span>{" "}
        <span className="units">{units}</span> <Alarm alarm={value?.alarm} />
      </td>
      <td>{device?.limits ? `${figure(device.limits[0])} … ${figure(device.limits[1])} ${units}` : "–"}</td>
      <td className="muted">{abilities(device?.protocols ?? []).join(", ") || "–"}</td>
      <td className="muted">{value?.timestamp ? when(value.timestamp) : "–"}</td>
    </tr>
  );
}
