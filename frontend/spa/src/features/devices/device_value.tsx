import type { DeviceDescription, DeviceValue } from "../../api/devices";
import { figure } from "../../components/format";
import { Alarm } from "./device_board";

interface ShownValueProps {
  device: DeviceDescription | undefined;
  value: DeviceValue | undefined;
  isStale: boolean;
}

/** A value with its units and alarm; an old one is grey and says so. */
export function ShownValue({ device, value, isStale }: ShownValueProps) {
  if (!value) return <span className="muted">not read</span>;
  return (
    <span className={isStale ? "is-stale" : ""}>
      <span className="number">{figure(value.value, device?.precision)}</span>
      <span className="units">{value.units ?? device?.units ?? ""}</span> <Alarm alarm={value.alarm} />
      {isStale && <span className="muted"> old</span>}
    </span>
  );
}
