import { useState } from "react";
import { addBatch } from "../../api/queue";
import { getSamples, type Sample } from "../../api/samples";
import { plural } from "../../components/format";
import { Button, Card, Field, Problem, TableRegion, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { layout } from "./holder_layout";
import { HolderPlan } from "./holder_plan";

interface SamplesCardProps {
  beamline: string;
  proposal: string;
  /** The one item that is made for each sample; null while the form is not complete. */
  item: { plan: string; parameters: Record<string, unknown>; metadata?: Record<string, unknown> } | null;
  chosen: string;
  onChoose: (uid: string) => void;
}

/** Which sample is measured, or many of them: the same plan once for each. */
export function SamplesCard({ beamline, proposal, item, chosen, onChoose }: SamplesCardProps) {
  const samples = useResource(proposal ? `samples:${proposal}` : null, (signal) =>
    getSamples({ proposal, limit: 200 }, signal),
  );
  const found = samples.data?.results ?? [];
  if (samples.error || found.length === 0) return null;
  return (
    <Card title="Sample">
      <Field label="Of the proposal" hint="The run says all that is known of it.">
        {(ids) => (
          <select {...ids} value={chosen} onChange={(event) => onChoose(event.target.value)}>
            <option value="">none of these</option>
            {found.map((sample) => (
              <option key={sample.uid} value={sample.uid}>
                {placed(sample)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {item && found.length > 1 && (
        <details>
          <summary>The same for many samples</summary>
          <Many beamline={beamline} proposal={proposal} item={item} samples={found} />
        </details>
      )}
    </Card>
  );
}

const placed = ({ name, holder, position }: Sample) =>
  [name, [holder, position].filter(Boolean).join(" ")].filter(Boolean).join(" · ");

interface ManyProps {
  beamline: string;
  proposal: string;
  item: NonNullable<SamplesCardProps["item"]>;
  samples: Sample[];
}

function Many({ beamline, proposal, item, samples }: ManyProps) {
  const [ticked, setTicked] = useState<string[]>([]);
  const [added, setAdded] = useState("");
  const action = useAction();
  const { holders, others } = layout(samples);
  const inOrder = [
    ...holders.flatMap(({ places }) => places.flatMap(({ sample }) => sample ?? [])),
    ...others,
  ];
  const add = () =>
    action.run(async () => {
      const items = inOrder
        .filter(({ uid }) => ticked.includes(uid))
        .map(({ uid }) => ({ ...item, metadata: { ...item.metadata, sample_uid: uid } }));
      await addBatch(beamline, { proposal, items });
      setAdded(`${plural(items.length, "item")} of ${item.plan} added to the queue.`);
      setTicked([]);
    });
  return (
    <>
      {holders.map((holder) => (
        <HolderPlan key={holder.name} holder={holder} ticked={ticked} onTicked={setTicked} />
      ))}
      {others.length > 0 && <Loose samples={others} ticked={ticked} onTicked={setTicked} />}
      {action.error && <Problem error={action.error} />}
      <div className="dialog-actions">
        <Button onClick={() => setTicked(samples.map(({ uid }) => uid))}>All</Button>
        <Button kind="primary" disabled={ticked.length === 0} busy={action.isBusy} onClick={() => void add()}>
          {`Add ${plural(ticked.length, "item")} to the queue`}
        </Button>
      </div>
      <p role="status" className="done">
        {added}
      </p>
    </>
  );
}

interface LooseProps {
  samples: Sample[];
  ticked: string[];
  onTicked: (ticked: string[]) => void;
}

/** Samples whose place on a holder is not known, as a table. */
function Loose({ samples, ticked, onTicked }: LooseProps) {
  return (
    <TableRegion label="Samples to measure">
      <table className="table sample-table">
        <thead>
          <tr>
            <th scope="col">Sample</th>
            <th scope="col">Holder</th>
            <th scope="col">Place</th>
          </tr>
        </thead>
        <tbody>
          {samples.map((sample) => (
            <tr key={sample.uid}>
              <td>
                <label>
                  <input
                    type="checkbox"
                    checked={ticked.includes(sample.uid)}
                    onChange={(event) =>
                      onTicked(
                        event.target.checked
                          ? [...ticked, sample.uid]
                          : ticked.filter((one) => one !== sample.uid),
                      )
                    }
                  />
                  {sample.name}
                </label>
              </td>
              <td>{sample.holder}</td>
              <td>{sample.position}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableRegion>
  );
}
