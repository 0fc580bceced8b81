import { useEffect, useState } from "react";
import { Link } from "react-router";
import { type DeviceDescription, type DeviceValue, getDevices } from "../../api/devices";
import { figure, when } from "../../components/format";
import { Button, Empty, Loading, Problem, SearchInput, TableRegion } from "../../components/parts";
import { useResource } from "../../live/resource";
import { useBeamline } from "../../live/store";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { abilities, described, limitsOf, mainReading } from "./components";
import { useDeviceActions } from "./device_actions";
import { ShownValue } from "./device_value";
import { ByHand, MovePanel } from "./move_panel";
import { useValues } from "./values";

const BETWEEN_READINGS_MS = 120;

export default function DevicesPage() {
  return withBeamline("Devices", (beamline) => <Devices beamline={beamline.name} />);
}

function Devices({ beamline }: { beamline: string }) {
  const devices = useResource(`devices:${beamline}`, (signal) => getDevices(beamline, signal));
  const { values, isStale } = useValues(beamline);
  const [search, setSearch] = useState("");
  const [round, setRound] = useState(0);
  const mayReadAll = useBeamline().status?.worker === "ready";
  const known = devices.data ?? {};
  const names = [...new Set([...Object.keys(known), ...Object.keys(values)])]
    .filter((name) => `${name} ${known[name]?.title ?? ""}`.toLowerCase().includes(search.toLowerCase()))
    .sort();
  return (
    <Page
      title="Devices"
      actions={
        <>
          <Button disabled={!mayReadAll} onClick={() => setRound((before) => before + 1)}>
            Read all
          </Button>
          <SearchInput label="Find a device" value={search} onChange={setSearch} />
        </>
      }
    >
      {devices.error && <Problem error={devices.error} onRetry={devices.refresh} />}
      {devices.isLoading && <Loading what="the devices" />}
      {!devices.isLoading && names.length === 0 && (
        <Empty>No device fits. They are known when the worker has opened the beamline once.</Empty>
      )}
      {names.length > 0 && (
        <TableRegion className="card" label="Devices">
          <table className="table devices-table">
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col">Value</th>
                <th scope="col">By hand</th>
                <th scope="col" className="if-wide">
                  Limits
                </th>
                <th scope="col" className="if-wide">
                  Can
                </th>
                <th scope="col" className="if-wide">
                  Updated
                </th>
              </tr>
            </thead>
            <tbody>
              {names.map((name, place) => (
                <Row
                  key={name}
                  beamline={beamline}
                  name={name}
                  device={described(known, name)}
                  live={values[name]}
                  isStale={isStale}
                  round={round}
                  waitMs={place * BETWEEN_READINGS_MS}
                />
              ))}
            </tbody>
          </table>
        </TableRegion>
      )}
    </Page>
  );
}

interface RowProps {
  beamline: string;
  name: string;
  device: DeviceDescription | undefined;
  /** What the status board says, for the devices that are on it. */
  live: DeviceValue | undefined;
  isStale: boolean;
  /** How often all were asked for; each time those are read that do not tell by themselves. */
  round: number;
  /** Until its turn: not all at once. */
  waitMs: number;
}

function Row({ beamline, name, device, live, isStale, round, waitMs }: RowProps) {
  const actions = useDeviceActions(beamline, name);
  const isAsked = !live && Boolean(device?.protocols.includes("Readable"));
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each round
  useEffect(() => {
    if (round === 0 || !isAsked) return;
    const timer = window.setTimeout(() => void actions.read(), waitMs);
    return () => window.clearTimeout(timer);
  }, [round]);
  const [isOpen, setOpen] = useState(false);
  const { work } = actions;
  const value = live ?? mainReading(name, device, work.read);
  const limits = limitsOf(device);
  return (
    <>
      <tr>
        <th scope="row">
          <Link to={`/devices/${name}`}>{name}</Link>
          {device?.title && device.title !== name && <span className="muted cell-note">{device.title}</span>}
        </th>
        <td>
          <ShownValue device={device} value={value} isStale={Boolean(live && (isStale || live.stale))} />
          {work.fault && !isOpen && <p className="errors cell-note">{work.fault}</p>}
        </td>
        <td>
          <ByHand
            name={name}
            device={device}
            actions={actions}
            isLive={Boolean(live)}
            isOpen={isOpen}
            onToggle={() => setOpen(!isOpen)}
          />
        </td>
        <td className="if-wide">
          {limits ? `${figure(limits[0])} … ${figure(limits[1])} ${device?.units ?? ""}` : "–"}
        </td>
        <td className="muted if-wide">{abilities(device?.protocols ?? []).join(", ") || "–"}</td>
        <td className="muted if-wide">{value?.timestamp ? when(value.timestamp) : "–"}</td>
      </tr>
      {isOpen && device && (
        <tr className="row-more">
          <td colSpan={6}>
            <MovePanel name={name} device={device} actions={actions} />
          </td>
        </tr>
      )}
    </>
  );
}
