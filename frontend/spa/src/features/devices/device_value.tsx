import type { DeviceDescription, DeviceValue } from "../../api/devices";
import { figure } from "../../components/format";
import { Alarm } from "./device_board";

/** A text stands in quotes where it is empty: that is a value too. */
function shown(value: unknown, precision?: number | null): string {
  return value === "" ? "“”" : settled(figure(value, precision));
}

/** Noughts after the fourth decimal say nothing: 0.100000 is 0.1, while a motor's 2.4000 stays as wide as it moves. */
export function settled(text: string): string {
  return /^-?\d+\.\d{5,}$/.test(text) ? String(Number(text)) : text;
}

interface ShownValueProps {
  device: DeviceDescription | undefined;
  value: DeviceValue | undefined;
  isStale: boolean;
}

/** A value with its units and alarm; an old one is grey and says so. */
export function ShownValue({ device, value, isStale }: ShownValueProps) {
  if (!value) return <span className="muted">not read</span>;
  if (value.fault) return <span className="errors">{value.fault}</span>;
  return (
    <span className={isStale ? "is-stale" : ""}>
      <span className="number">{shown(value.value, device?.precision)}</span>
      <span className="units">{value.units ?? device?.units ?? ""}</span> <Alarm alarm={value.alarm} />
      {isStale && <span className="muted"> old</span>}
    </span>
  );
}
