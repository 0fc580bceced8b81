import { type FormEvent, useState } from "react";
import type { DeviceDescription } from "../../api/devices";
import { may } from "../../bootstrap";
import { figure } from "../../components/format";
import { Button, Field } from "../../components/parts";
import { limitsOf, targetOf } from "./components";
import type { DeviceActions } from "./device_actions";

interface MovePanelProps {
  name: string;
  device: DeviceDescription;
  actions: DeviceActions;
}

/** Moves one device by hand: to a position or a state, or by a step; what is refused is said beside the field. */
export function MovePanel({ name, device, actions }: MovePanelProps) {
  const [text, setText] = useState("");
  const [step, setStep] = useState("");
  const { work } = actions;
  const isMoving = work.doing === "move";
  const isState = Boolean(device.choices?.length);
  const units = device.units ? ` (${device.units})` : "";
  const go = (typed: string, isRelative: boolean, sign = 1) => {
    const target = targetOf(typed, device, isRelative);
    if ("fault" in target) return actions.refuse(target.fault);
    const value = typeof target.value === "number" ? sign * target.value : target.value;
    void actions.move({ value, ...(isRelative && { relative: true }) });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go(text, false);
  };
  return (
    <div className="move-panel">
      <form onSubmit={submit}>
        <Field
          label={isPosition(device) ? `Move ${name} to${units}` : `Put ${name} to${units}`}
          hint={limitText(device)}
          errors={work.fault ? [work.fault] : []}
        >
          {(ids) =>
            isState ? (
              <select {...ids} value={text} onChange={(event) => setText(event.target.value)}>
                <option value="">choose …</option>
                {device.choices?.map((choice) => (
                  <option key={choice}>{choice}</option>
                ))}
              </select>
            ) : (
              <input
                {...ids}
                className="number"
                inputMode={device.dtype === "string" ? "text" : "decimal"}
                autoComplete="off"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )
          }
        </Field>
        <Button type="submit" kind="primary" busy={isMoving}>
          {verb(device)}
        </Button>
      </form>
      {!isState && device.dtype !== "string" && (
        <div className="jog">
          <Field label={`Step${units}`}>
            {(ids) => (
              <input
                {...ids}
                className="number"
                inputMode="decimal"
                autoComplete="off"
                value={step}
                onChange={(event) => setStep(event.target.value)}
              />
            )}
          </Field>
          <Button
            icon="minus"
            busy={isMoving}
            onClick={() => go(step, true, -1)}
            label={`${name} a step down`}
          >
            {""}
          </Button>
          <Button icon="plus" busy={isMoving} onClick={() => go(step, true)} label={`${name} a step up`}>
            {""}
          </Button>
        </div>
      )}
      <p role="status" className="done" data-testid="move-outcome">
        {isMoving ? `${name} is moving …` : work.told}
      </p>
    </div>
  );
}

function limitText(device: DeviceDescription): string {
  const limits = limitsOf(device);
  return limits ? `limits ${figure(limits[0])} … ${figure(limits[1])} ${device.units ?? ""}` : "";
}

/** Stops a device whoever moves it; there for everybody who may stop things, never in the way of anything. */
export function StopButton({ name, device, actions }: MovePanelProps) {
  if (!may("engine:stop") || !canBeStopped(device)) return null;
  return (
    <Button
      kind={actions.work.doing === "move" ? "danger" : "plain"}
      icon="stop"
      label={`Stop ${name}`}
      onClick={() => void actions.stop()}
    >
      Stop
    </Button>
  );
}

interface ByHandProps extends Omit<MovePanelProps, "device"> {
  device: DeviceDescription | undefined;
  /** Its value comes by itself: there is nothing to read. */
  isLive: boolean;
  isOpen: boolean;
  onToggle: () => void;
}

/** What can be done by hand with one device of a list: open its panel, stop it, read it. */
export function ByHand({ name, device, actions, isLive, isOpen, onToggle }: ByHandProps) {
  if (!device) return null;
  return (
    <span className="by-hand">
      {mayMove(device) && (
        <Button expanded={isOpen} label={`${verb(device)} ${name}`} onClick={onToggle}>
          {verb(device)}
        </Button>
      )}
      <StopButton name={name} device={device} actions={actions} />
      {!isLive && device.protocols.includes("Readable") && (
        <Button
          kind="quiet"
          busy={actions.work.doing === "read"}
          label={`Read now: ${name}`}
          onClick={() => void actions.read()}
        >
          Read now
        </Button>
      )}
    </span>
  );
}

/** Whether it goes from place to place: what has states, a text or no way to be stopped is set at once. */
function isPosition(device: DeviceDescription): boolean {
  return !device.choices?.length && device.dtype !== "string" && device.protocols.includes("Stoppable");
}

const verb = (device: DeviceDescription) => (isPosition(device) ? "Move" : "Set");

function canBeStopped({ protocols }: DeviceDescription): boolean {
  return protocols.includes("Movable") && protocols.includes("Stoppable");
}

export function mayMove(device: DeviceDescription | undefined): boolean {
  return may("device:move") && Boolean(device?.protocols.includes("Movable"));
}
