import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client";
import { type Sample, saveSample } from "../../api/samples";
import { bootstrap } from "../../bootstrap";
import { Button, Field, Problem, useAction } from "../../components/parts";

const TEXTS = [
  ["name", "Name"],
  ["composition", "Composition"],
  ["contrast", "Contrast"],
  ["holder", "Holder"],
  ["position", "Position"],
  ["preparation", "Preparation"],
] as const;

interface SampleFormProps {
  sample: Sample | null;
  proposal: string;
  onSaved: () => void;
}

/** The facts of a sample, new or known. */
export function SampleForm({ sample, proposal, onSaved }: SampleFormProps) {
  const { run, isBusy, error } = useAction();
  const [said, setSaid] = useState<Record<string, string>>(() =>
    Object.fromEntries(TEXTS.map(([name]) => [name, sample?.[name] ?? ""])),
  );
  const [owner, setOwner] = useState(proposal || (bootstrap.proposals[0]?.number ?? ""));
  const [hazards, setHazards] = useState(sample?.hazards.join(", ") ?? "");
  const [free, setFree] = useState(sample ? JSON.stringify(sample.metadata) : "{}");
  const [fault, setFault] = useState<string[]>([]);
  const faults = error instanceof ApiError ? error.fields : {};
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const metadata = readObject(free);
    setFault(metadata ? [] : ['a JSON object, as in {"batch": 17}']);
    if (metadata === null) return;
    const risks = hazards
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean);
    const body = { ...said, hazards: risks, metadata, ...(!sample && { proposal: owner }) };
    if (await run(() => saveSample(sample?.uid ?? null, body))) {
      if (!sample) setSaid(Object.fromEntries(TEXTS.map(([name]) => [name, ""])));
      onSaved();
    }
  };
  return (
    <form onSubmit={submit}>
      <div className="facility-fields">
        {!sample && (
          <Field label="Proposal" errors={faults.proposal} required>
            {(ids) => (
              <select {...ids} value={owner} onChange={(event) => setOwner(event.target.value)}>
                {bootstrap.proposals.map((one) => (
                  <option key={one.number} value={one.number}>
                    {one.number}
                  </option>
                ))}
              </select>
            )}
          </Field>
        )}
        {TEXTS.map(([name, label]) => (
          <Field key={name} label={label} errors={faults[name]} required={name === "name"}>
            {(ids) => (
              <input
                {...ids}
                value={said[name] ?? ""}
                required={name === "name"}
                onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
              />
            )}
          </Field>
        ))}
        <Field label="Hazards" hint="With commas between." errors={faults.hazards}>
          {(ids) => <input {...ids} value={hazards} onChange={(event) => setHazards(event.target.value)} />}
        </Field>
        <Field label="Further metadata" hint="JSON." errors={[...fault, ...(faults.metadata ?? [])]}>
          {(ids) => <input {...ids} value={free} onChange={(event) => setFree(event.target.value)} />}
        </Field>
      </div>
      {error && <Problem error={error} />}
      <Button type="submit" kind="primary" busy={isBusy}>
        {sample ? "Save sample" : "Add sample"}
      </Button>
    </form>
  );
}

function readObject(text: string): Record<string, unknown> | null {
  try {
    const found: unknown = JSON.parse(text || "{}");
    return typeof found === "object" && found !== null && !Array.isArray(found)
      ? (found as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
