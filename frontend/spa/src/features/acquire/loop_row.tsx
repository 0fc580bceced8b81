import type { Devices } from "../../api/devices";
import { Button } from "../../components/parts";
import type { Loop, Spacing } from "./loops";

interface LoopRowProps {
  loop: Loop;
  place: number;
  motors: string[];
  devices: Devices;
  isRelative: boolean;
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
  onChange,
  onRemove,
  onUp,
}: LoopRowProps) {
  const device = devices[loop.motor];
  const units = device?.units ? ` (${device.units})` : "";
  const field = (name: "start" | "stop" | "num", text: string) => (
    <input
      className="number"
      inputMode={name === "num" ? "numeric" : "decimal"}
      aria-label={`${text}${name === "num" ? "" : units} of loop ${place}`}
      placeholder={text}
      value={loop[name]}
      onChange={(event) => onChange({ [name]: event.target.value })}
    />
  );
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
        <input
          className="loop-list"
          aria-label={`Positions${units} of loop ${place}`}
          placeholder="0 0.5 1 2"
          value={loop.positions}
          onChange={(event) => onChange({ positions: event.target.value })}
        />
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
      {device?.limits && !isRelative && (
        <span className="hint">
          limits {device.limits[0]} … {device.limits[1]} {device.units ?? ""}
        </span>
      )}
    </div>
  );
}
