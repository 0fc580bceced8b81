import { useState } from "react";
import { getPlans } from "../../api/plans";
import { addItem, runNow, type VisibleItem } from "../../api/queue";
import { may } from "../../bootstrap";
import { figure } from "../../components/format";
import { Button, Dialog, Problem, useAction } from "../../components/parts";
import { isOpen, rememberedProposal } from "../../components/proposal_field";
import type { Found } from "../../live/positions";
import { ItemOutcome } from "../acquire/item_outcome";
import { useValues } from "../devices/values";

/** Plans that move a device and take no data, the first that the beamline has is taken. */
const MOVES = ["mv", "move"];

export interface Motor {
  name: string;
  units: string;
}

interface GoToPeakProps {
  beamline: string;
  motors: Motor[];
  /** Proposal of the run that found the peak. */
  proposal: string;
  found: Found[];
}

/** Moves the motors to what the scan has found: one press, one confirmation, a plan at the front of the queue. */
export function GoToPeak(props: GoToPeakProps) {
  const [isAsking, setAsking] = useState(false);
  const [sent, setSent] = useState<VisibleItem | null>(null);
  if (props.found.length === 0 || !may("queue:write")) return null;
  return (
    <div className="go-to-peak">
      <Button kind="primary" onClick={() => setAsking(true)}>
        Go to peak
      </Button>
      {isAsking && <Confirm {...props} onClose={() => setAsking(false)} onSent={setSent} />}
      {sent && (
        <ItemOutcome
          beamline={props.beamline}
          uid={sent.uid}
          devices={props.motors.map(({ name }) => name)}
        />
      )}
    </div>
  );
}

interface ConfirmProps extends GoToPeakProps {
  onClose: () => void;
  onSent: (item: VisibleItem) => void;
}

function Confirm({ beamline, motors, proposal, found, onClose, onSent }: ConfirmProps) {
  // Kept as it was when the question was asked: points that come later do not change what is confirmed.
  const [choices] = useState(found);
  const [chosen, setChosen] = useState(0);
  const { values } = useValues(beamline);
  const action = useAction();
  const { name, positions } = choices[chosen] ?? { name: "", positions: [] };
  const moves = motors.map((motor, index) => ({ ...motor, to: positions[index] ?? Number.NaN }));
  const names = motors.map((motor) => motor.name).join(" and ");
  const go = async () => {
    const isDone = await action.run(async () => onSent(await sendMove(beamline, proposal, moves)));
    if (isDone) onClose();
  };
  return (
    <Dialog title={`Move ${names} to the peak?`} onClose={onClose}>
      <label className="inline">
        Position
        <select value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
          {choices.map((one, index) => (
            <option key={one.name} value={index}>
              {one.name}: {one.positions.map((at, axis) => withUnits(at, motors[axis])).join(", ")}
            </option>
          ))}
        </select>
      </label>
      {moves.map((move) => (
        <p key={move.name}>
          {move.name} goes{" "}
          {values[move.name] === undefined ? "" : `from ${withUnits(values[move.name]?.value, move)} `}to{" "}
          <strong>{withUnits(move.to, move)}</strong>
        </p>
      ))}
      <p>That is the {name}. The move is a plan at the front of the queue, in your name.</p>
      {action.error && <Problem error={action.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" busy={action.isBusy} onClick={() => void go()}>
          Move {names}
        </Button>
      </div>
    </Dialog>
  );
}

const withUnits = (value: unknown, motor: Motor | undefined) =>
  `${figure(value)} ${motor?.units ?? ""}`.trim();

/** Who may let the queue run has it run now; else it waits at the front. */
async function sendMove(
  beamline: string,
  proposal: string,
  moves: { name: string; to: number }[],
): Promise<VisibleItem> {
  const { plans } = await getPlans(beamline);
  const plan = MOVES.find((name) => plans.some((known) => known.name === name));
  if (!plan)
    throw new Error(`The beamline has no plan that moves a device: ${MOVES.join(" or ")} is needed.`);
  const item = {
    plan,
    parameters: { args: moves.map(({ name, to }) => [name, to]) },
    proposal: isOpen(proposal) ? proposal : rememberedProposal(),
  };
  return may("engine:control") ? runNow(beamline, item) : addItem(beamline, { ...item, position: "front" });
}
