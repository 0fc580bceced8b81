import { useEffect, useRef, useState } from "react";
import { ApiError } from "../../api/client";
import { moveDevice, readDevice, stopDevice, type Target } from "../../api/devices";
import { type Command, settled } from "../../api/engine";
import { type Readings, readingsOf } from "./components";

/** What is going on with one device, for who asked for it. */
export interface DeviceWork {
  doing: "" | "move" | "read";
  /** The move that is on its way was told to stop: its end is not its target. */
  isStopped?: boolean;
  /** How the last act ended, in the worker's words. */
  told: string;
  /** Why the last act was refused or failed. */
  fault: string;
  /** What was read last. */
  read: Readings;
}

const IDLE: DeviceWork = { doing: "", told: "", fault: "", read: {} };

/** What is going on once an act is asked for: a read besides changes nothing of a move. */
export function begun(before: DeviceWork, doing: DeviceWork["doing"]): DeviceWork {
  if (doing === "read" && before.doing === "move") return before;
  return { ...before, doing, told: "", fault: "", isStopped: false };
}

/** What follows from an act that could not be asked for, or whose end is not known. */
export function failed(before: DeviceWork, doing: DeviceWork["doing"], fault: string): DeviceWork {
  return { ...before, doing: before.doing === doing ? "" : before.doing, fault };
}

/** What follows from the end of a command. A read leaves a move, and how one ended, as they are. */
export function afterwards(before: DeviceWork, command: Command): DeviceWork {
  const isDone = command.outcome === "done";
  const fault = isDone ? "" : command.detail || `The worker has ${command.outcome} it.`;
  const read = { ...before.read, ...readingsOf(command) };
  if (command.action === "read") return { ...failed(before, "read", fault || before.fault), read };
  const told = before.isStopped ? "stopped on its way" : command.detail;
  return { doing: "", told: isDone ? told : "", fault, read };
}

/** What follows from the end of a stop: a move that is on its way tells its own end. */
export function afterStop(before: DeviceWork, command: Command): DeviceWork {
  const { told, fault } = afterwards(before, command);
  return before.doing === "move" && !fault ? { ...before, isStopped: true } : { ...before, told, fault };
}

/** What went wrong, in sentences. A refusal by a rule says by itself what, why and whom to ask. */
export function faultOf(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  const faults = Object.values(error.fields).flat();
  if (error.status === 403 && faults.length > 0) return error.message;
  const parts = [...(faults.length > 0 ? faults : [error.message]), error.hint].filter(Boolean);
  return parts.map((part) => (/[.!?]$/.test(part) ? part : `${part}.`)).join(" ");
}

/** Stop at once, and again once a move is taken that was still being asked for: a stop may overtake it. */
export async function stopPast<T>(asking: Promise<unknown> | undefined, tell: () => Promise<T>): Promise<T> {
  const told = await tell();
  const isTakenNow = await asking?.then(
    () => true,
    () => false,
  );
  return isTakenNow ? tell() : told;
}

/** Move, read and stop one device by hand, each followed to its end. A stop does not wait for anything. */
export function useDeviceActions(beamline: string, device: string) {
  const [work, setWork] = useState(IDLE);
  const gone = useRef(new AbortController());
  const asking = useRef<Promise<Command> | undefined>(undefined);
  useEffect(() => {
    const controller = new AbortController();
    gone.current = controller;
    return () => controller.abort();
  }, []);
  const follow = async (doing: DeviceWork["doing"], ask: () => Promise<Command>) => {
    const { signal } = gone.current;
    setWork((before) => begun(before, doing));
    const asked = ask();
    if (doing === "move") asking.current = asked;
    try {
      const taken = await asked.finally(() => {
        // A read that is taken meanwhile says nothing of the move.
        if (asking.current === asked) asking.current = undefined;
      });
      const command = await settled(beamline, taken, signal);
      if (!signal.aborted) setWork((before) => afterwards(before, command));
    } catch (error) {
      if (!signal.aborted) setWork((before) => failed(before, doing, faultOf(error)));
    }
  };
  const stop = async () => {
    const { signal } = gone.current;
    const tell = () => stopDevice(beamline, device);
    try {
      const command = await settled(beamline, await stopPast(asking.current, tell), signal);
      if (!signal.aborted) setWork((before) => afterStop(before, command));
    } catch (error) {
      if (!signal.aborted) setWork((before) => ({ ...before, fault: faultOf(error) }));
    }
  };
  return {
    work,
    refuse: (fault: string) => setWork((before) => ({ ...before, told: "", fault })),
    move: (target: Target) => follow("move", () => moveDevice(beamline, device, target)),
    read: (parts = false) => follow("read", () => readDevice(beamline, device, parts)),
    stop,
  };
}

export type DeviceActions = ReturnType<typeof useDeviceActions>;
