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

interface GoToPeakProps {
  beamline: string;
  motor: string;
  units: string;
  /** Proposal of the run that found the peak. */
  proposal: string;
  found: Found[];
}

/** Moves a motor to what the scan has found: one press, one confirmation, a plan at the front of the queue. */
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
      {sent && <ItemOutcome beamline={props.beamline} uid={sent.uid} devices={[props.motor]} />}
    </div>
  );
}

interface ConfirmProps extends GoToPeakProps {
  onClose: () => void;
  onSent: (item: VisibleItem) => void;
}

function Confirm({ beamline, motor, units, proposal, found, onClose, onSent }: ConfirmProps) {
  // Kept as it was when the question was asked: points that come later do not change what is confirmed.
  const [choices] = useState(found);
  const [chosen, setChosen] = useState(0);
  const { values } = useValues(beamline);
  const action = useAction();
  const { name, position } = choices[chosen] ?? { name: "", position: Number.NaN };
  const now = values[motor]?.value;
  const go = async () => {
    const isDone = await action.run(async () => onSent(await sendMove(beamline, proposal, motor, position)));
    if (isDone) onClose();
  };
  return (
    <Dialog title={`Move ${motor} to the peak?`} onClose={onClose}>
      <label className="inline">
        Position
        <select value={chosen} onChange={(event) => setChosen(Number(event.target.value))}>
          {choices.map((one, index) => (
            <option key={one.name} value={index}>
              {one.name}: {figure(one.position)} {units}
            </option>
          ))}
        </select>
      </label>
      <p>
        {motor} goes {now === undefined ? "" : `from ${figure(now)} `}to{" "}
        <strong>
          {figure(position)} {units}
        </strong>{" "}
        ({name}), as a plan at the front of the queue, in your name.
      </p>
      {action.error && <Problem error={action.error} />}
      <div className="dialog-actions">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" busy={action.isBusy} onClick={() => void go()}>
          Move {motor}
        </Button>
      </div>
    </Dialog>
  );
}

/** Who may let the queue run has it run now; else it waits at the front. */
async function sendMove(
  beamline: string,
  proposal: string,
  motor: string,
  position: number,
): Promise<VisibleItem> {
  const { plans } = await getPlans(beamline);
  const plan = MOVES.find((name) => plans.some((known) => known.name === name));
  if (!plan)
    throw new Error(`The beamline has no plan that moves a device: ${MOVES.join(" or ")} is needed.`);
  const item = {
    plan,
    parameters: { args: [[motor, position]] },
    proposal: isOpen(proposal) ? proposal : rememberedProposal(),
  };
  return may("engine:control") ? runNow(beamline, item) : addItem(beamline, { ...item, position: "front" });
}
