import type { Sample } from "../../api/samples";
import { Button } from "../../components/parts";
import type { Holder } from "./holder_layout";

interface HolderPlanProps {
  holder: Holder;
  ticked: string[];
  onTicked: (ticked: string[]) => void;
}

/** A holder drawn as it is laid out; its samples are chosen where they are. */
export function HolderPlan({ holder, ticked, onTicked }: HolderPlanProps) {
  const held = holder.places.flatMap(({ sample }) => (sample ? [sample.uid] : []));
  const isWhole = held.every((uid) => ticked.includes(uid));
  const without = ticked.filter((uid) => !held.includes(uid));
  return (
    <fieldset className="holder">
      <legend>
        <bdi>{holder.name}</bdi>{" "}
        <Button
          kind="quiet"
          label={`${isWhole ? "None" : "All"} of ${holder.name}`}
          onClick={() => onTicked(isWhole ? without : [...without, ...held])}
        >
          {isWhole ? "None" : "All"}
        </Button>
      </legend>
      <div className="holder-scroll">
        <div className="holder-places" style={{ gridTemplateColumns: `repeat(${holder.columns}, 1fr)` }}>
          {holder.places.map(({ row, column, name, sample }) => (
            <Well
              key={`${row} ${column}`}
              name={name}
              sample={sample}
              isOn={Boolean(sample && ticked.includes(sample.uid))}
              onTick={(isOn) =>
                sample &&
                onTicked(isOn ? [...ticked, sample.uid] : ticked.filter((uid) => uid !== sample.uid))
              }
            />
          ))}
        </div>
      </div>
    </fieldset>
  );
}

interface WellProps {
  name: string;
  sample: Sample | null;
  isOn: boolean;
  onTick: (isOn: boolean) => void;
}

function Well({ name, sample, isOn, onTick }: WellProps) {
  if (!sample) {
    return (
      <span className="well well-empty" aria-hidden="true">
        {name}
      </span>
    );
  }
  return (
    <label className={isOn ? "well is-on" : "well"} title={sample.composition || sample.name}>
      <span className="well-place">
        <input type="checkbox" checked={isOn} onChange={(event) => onTick(event.target.checked)} />
        {name}
      </span>
      <span className="well-sample">
        <bdi>{sample.name}</bdi>
      </span>
    </label>
  );
}
