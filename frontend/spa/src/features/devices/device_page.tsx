import { useEffect, useRef, useState } from "react";
import { Link, useParams } from "react-router";
import { type DeviceDescription, type DeviceValue, getDevices } from "../../api/devices";
import { bootstrap } from "../../bootstrap";
import { figure, when } from "../../components/format";
import { Button, Card, Empty, Loading, Problem } from "../../components/parts";
import { useResource } from "../../live/resource";
import { useBeamline } from "../../live/store";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { abilities, described, limitsOf, mainReading, newer, type Readings } from "./components";
import { type DeviceActions, useDeviceActions } from "./device_actions";
import { HistoryCard } from "./device_history";
import { ShownValue } from "./device_value";
import { ByHand, MovePanel, mayMove, StopButton } from "./move_panel";
import { useValues } from "./values";

export default function DevicePage() {
  const { name = "" } = useParams();
  return withBeamline(name, (beamline) => <Loader key={name} beamline={beamline.name} name={name} />);
}

function Loader({ beamline, name }: { beamline: string; name: string }) {
  const devices = useResource(`devices:${beamline}`, (signal) => getDevices(beamline, signal));
  const device = devices.data ? described(devices.data, name) : undefined;
  if (device) return <Device beamline={beamline} name={name} device={device} />;
  return (
    <Page title={name}>
      {devices.error && <Problem error={devices.error} onRetry={devices.refresh} />}
      {devices.isLoading && <Loading what="the device" />}
      {devices.data && (
        <Empty>
          There is no device {name} here. <Link to="/devices">All devices</Link>
        </Empty>
      )}
    </Page>
  );
}

interface DeviceProps {
  beamline: string;
  name: string;
  device: DeviceDescription;
}

function Device({ beamline, name, device }: DeviceProps) {
  const actions = useDeviceActions(beamline, name);
  const { values, isStale } = useValues(beamline);
  const live = values[name];
  const parent = name.split(".").slice(0, -1).join(".");
  const parts = Object.entries(device.components ?? {});
  const isReadable = parts.some(([, part]) => part.protocols.includes("Readable"));
  useFirstReading(isReadable, actions);
  return (
    <Page
      title={name}
      lead={device.title !== name ? device.title : ""}
      actions={
        <>
          <Link to={parent ? `/devices/${parent}` : "/devices"}>{parent || "All devices"}</Link>
          <StopButton name={name} device={device} actions={actions} />
        </>
      }
    >
      <div className="device-grid">
        <Now name={name} device={device} live={live} isStale={isStale} actions={actions} />
        {mayMove(device) && (
          <Card title="By hand">
            <MovePanel name={name} device={device} actions={actions} />
          </Card>
        )}
      </div>
      {!isReadable && Object.keys(actions.work.read).length > 1 && <AllReadings read={actions.work.read} />}
      <HistoryCard key={name} beamline={beamline} device={name} />
      {parts.length > 0 && (
        <Card
          title="Parts"
          actions={
            isReadable && (
              <Button busy={actions.work.doing === "read"} onClick={() => void actions.read(true)}>
                Read all
              </Button>
            )
          }
        >
          <ul className="device-parts">
            {parts.map(([part, described_]) => (
              <Part
                key={part}
                beamline={beamline}
                name={`${name}.${part}`}
                device={described_}
                live={values[`${name}.${part}`] ?? (described_.title === device.readback ? live : undefined)}
                read={actions.work.read[`${name}.${part}`]}
                isStale={isStale}
              />
            ))}
          </ul>
        </Card>
      )}
    </Page>
  );
}

/** Reads a device and its parts once when its page is opened: they tell nothing by themselves. */
function useFirstReading(isReadable: boolean, actions: DeviceActions): void {
  const isReady = useBeamline().status?.worker === "ready" && !bootstrap.looking_as;
  const { read } = actions;
  const isDone = useRef(false);
  useEffect(() => {
    if (!isReady || !isReadable || isDone.current) return;
    isDone.current = true;
    void read(true);
  });
}

interface NowProps {
  name: string;
  device: DeviceDescription;
  live: DeviceValue | undefined;
  isStale: boolean;
  actions: DeviceActions;
}

function Now({ name, device, live, isStale, actions }: NowProps) {
  const { work } = actions;
  const value = live ?? mainReading(name, device, work.read);
  const limits = limitsOf(device);
  const facts: [string, string][] = [
    ["limits", limits ? `${figure(limits[0])} … ${figure(limits[1])} ${device.units ?? ""}` : ""],
    ["states", (device.choices ?? []).join(", ")],
    ["updated", value?.timestamp ? when(value.timestamp) : ""],
    ["can", abilities(device.protocols).join(", ")],
    ["class", device.class?.split(".").at(-1) ?? ""],
  ];
  return (
    <Card
      title={live ? "Now" : "Last reading"}
      actions={
        device.protocols.includes("Readable") && (
          <Button
            busy={work.doing === "read"}
            label={`Read now: ${name}`}
            onClick={() => void actions.read()}
          >
            Read now
          </Button>
        )
      }
    >
      <p className="device-now">
        <ShownValue device={device} value={value} isStale={Boolean(live && (isStale || live.stale))} />
      </p>
      {work.fault && !mayMove(device) && <p className="errors">{work.fault}</p>}
      <dl className="facts">
        {facts
          .filter(([, text]) => text)
          .map(([fact, text]) => (
            <div key={fact} className="fact">
              <dt>{fact}</dt>
              <dd>{text}</dd>
            </div>
          ))}
      </dl>
      {device.protocols.includes("Movable") && !name.includes(".") && (
        <p>
          <Link to={`/runs?q=${encodeURIComponent(`motors:${name}`)}`}>Runs that moved it</Link>
        </p>
      )}
    </Card>
  );
}

function AllReadings({ read }: { read: Readings }) {
  return (
    <Card title="All that was read">
      <dl className="metadata">
        {Object.entries(read).map(([key, reading]) => (
          <div key={key} className="fact">
            <dt>{key}</dt>
            <dd>
              {figure(reading.value)} {reading.units ?? ""}
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

interface PartProps extends DeviceProps {
  live: DeviceValue | undefined;
  /** What was read of it together with the whole device. */
  read: DeviceValue | undefined;
  isStale: boolean;
}

/** One part of a device: its value, and its own controls when they are wanted. */
function Part({ beamline, name, device, live, read, isStale }: PartProps) {
  const actions = useDeviceActions(beamline, name);
  const [isOpen, setOpen] = useState(false);
  const { work } = actions;
  const value = live ?? newer(mainReading(name, device, work.read), read);
  const isOld = !value && device.value !== undefined;
  return (
    <li className="device-part">
      <span className="device-part-name">
        <Link to={`/devices/${name}`}>{name.split(".").at(-1)}</Link>
        <span className="muted cell-note">{device.title}</span>
      </span>
      <span>
        <ShownValue
          device={device}
          value={isOld ? { value: device.value } : value}
          isStale={Boolean(live && (isStale || live.stale))}
        />
        {isOld && <span className="muted"> when the beamline was opened</span>}
      </span>
      <ByHand
        name={name}
        device={device}
        actions={actions}
        isLive={Boolean(live)}
        isOpen={isOpen}
        onToggle={() => setOpen(!isOpen)}
      />
      {work.fault && !isOpen && <p className="errors">{work.fault}</p>}
      {isOpen && <MovePanel name={name} device={device} actions={actions} />}
    </li>
  );
}
