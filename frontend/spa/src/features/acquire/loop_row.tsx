import type { Devices, DeviceValue } from "../../api/devices";
import { figure } from "../../components/format";
import { Button } from "../../components/parts";
import { type Loop, type Spacing, stepOf } from "./loops";

interface LoopRowProps {
  loop: Loop;
  place: number;
  motors: string[];
  devices: Devices;
  isRelative: boolean;
  /** Where the motor is, where that is known. */
  now: DeviceValue | undefined;
  onChange: (part: Partial<Loop>) => void;
  onRemove: () => void;
  onUp?: (() => void) | undefined;
}

const SPACINGS: [Spacing, string][] = [
  ["linear", "evenly"],
  ["log", "logarithmically"],
  ["list", "a list"],
];

/** One loop: what moves, and through which positions. */
export function LoopRow({
  loop,
  place,
  motors,
  devices,
  isRelative,
  now,
  onChange,
  onRemove,
  onUp,
}: LoopRowProps) {
  const device = devices[loop.motor];
  const units = device?.units ? ` (${device.units})` : "";
  const field = (name: "start" | "stop" | "num", text: string) => (
    <label className="loop-field">
      <span aria-hidden="true">{name === "num" ? text : `${text}${units}`}</span>
      <input
        className="number"
        inputMode={name === "num" ? "numeric" : "decimal"}
        aria-label={`${text}${name === "num" ? "" : units} of loop ${place}`}
        value={loop[name]}
        onChange={(event) => onChange({ [name]: event.target.value })}
      />
    </label>
  );
  const step = stepOf(loop);
  const told = [
    device?.limits && !isRelative && `limits ${figure(device.limits[0])} … ${figure(device.limits[1])}`,
    step !== null && `step ${figure(step)}`,
    now && typeof now.value === "number" && `now at ${figure(now.value, device?.precision)}`,
  ].filter(Boolean);
  return (
    <div className="loop-row">
      <select
        aria-label={`What moves in loop ${place}`}
        value={loop.motor}
        onChange={(event) => onChange({ motor: event.target.value })}
      >
        <option value="">what moves</option>
        {motors.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <select
        aria-label={`Spacing of loop ${place}`}
        value={loop.spacing}
        onChange={(event) => onChange({ spacing: event.target.value as Spacing })}
      >
        {SPACINGS.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {loop.spacing === "list" ? (
        <label className="loop-field loop-list">
          <span aria-hidden="true">{`positions${units}`}</span>
          <input
            aria-label={`Positions${units} of loop ${place}`}
            placeholder="0 0.5 1 2"
            value={loop.positions}
            onChange={(event) => onChange({ positions: event.target.value })}
          />
        </label>
      ) : (
        <>
          {field("start", "start")}
          {field("stop", "stop")}
          {field("num", "points")}
        </>
      )}
      {onUp && (
        <Button kind="quiet" icon="up" label={`Loop ${place} further out`} onClick={onUp}>
          {""}
        </Button>
      )}
      <Button kind="quiet" icon="trash" label={`Remove loop ${place}`} onClick={onRemove}>
        {""}
      </Button>
      {told.length > 0 && (
        <span className="hint loop-hint">
          {told.join(" · ")} {device?.units ?? ""}
        </span>
      )}
    </div>
  );
}
