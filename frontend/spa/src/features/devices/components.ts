import type { DeviceDescription, Devices, DeviceValue } from "../../api/devices";
import type { Command } from "../../api/engine";

/** The description of a device, or of a part of one by its dotted name. */
export function described(devices: Devices, name: string): DeviceDescription | undefined {
  const [root = "", ...parts] = name.split(".");
  return parts.reduce<DeviceDescription | undefined>(
    (device, part) => device?.components?.[part],
    devices[root],
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

/** Limits that were set; equal ones are those of an axis without any. */
export function limitsOf(device: DeviceDescription | undefined): [number, number] | null {
  const limits = device?.limits;
  return limits && limits[0] < limits[1] ? limits : null;
}

/** What a text says as a target; a sentence where it cannot be one. */
export function targetOf(
  text: string,
  device: DeviceDescription,
  isRelative: boolean,
): { value: number | string } | { fault: string } {
  const typed = text.trim().replace(/^−/, "-");
  if (typed === "") return { fault: "Say where to." };
  if (device.choices?.length && !isRelative) return { value: typed };
  if (device.dtype === "string") return { value: typed };
  const value = Number(typed);
  if (!Number.isFinite(value)) return { fault: `It has to be a number; “${text}” is none.` };
  const limits = limitsOf(device);
  if (!isRelative && limits && (value < limits[0] || value > limits[1])) {
    return { fault: `It goes from ${limits[0]} to ${limits[1]} ${device.units ?? ""}.`.replace(" .", ".") };
  }
  return { value };
}

export type Readings = Record<string, DeviceValue>;

/** The readings that a finished command brought, by key; none where it did not end well. */
export function readingsOf(command: Command): Readings {
  return command.outcome === "done" ? (command.result as Readings) : {};
}

/** The later of two readings. */
export function newer(a: DeviceValue | undefined, b: DeviceValue | undefined): DeviceValue | undefined {
  if (!a || !b) return a ?? b;
  return (a.timestamp ?? 0) >= (b.timestamp ?? 0) ? a : b;
}

/** The one of a device's readings that stands for it. */
export function mainReading(
  name: string,
  device: DeviceDescription | undefined,
  read: Readings,
): DeviceValue | undefined {
  const first = Object.entries(read).find(([key]) => !key.startsWith(`${name}.`));
  return read[device?.readback ?? ""] ?? read[name] ?? first?.[1];
}
