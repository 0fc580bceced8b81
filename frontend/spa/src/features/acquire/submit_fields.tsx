import type { PlanDescription } from "../../api/plans";
import { bootstrap } from "../../bootstrap";
import { Field } from "../../components/parts";
import { Control, labelOf } from "./controls";
import { type Cell, errorsOf, type FieldErrors, type FormValue, type FormValues } from "./form_values";

interface SubmitFieldsProps {
  proposal: string;
  metadata: PlanDescription;
  values: FormValues;
  errors: FieldErrors;
  onProposal: (proposal: string) => void;
  onMetadata: (name: string, value: FormValue) => void;
}

/** For whom the item is, and what the beamline wants to be told of it. */
export function SubmitFields({ proposal, metadata, values, errors, ...on }: SubmitFieldsProps) {
  return (
    <>
      <Field label="Proposal" errors={errorsOf(errors, "proposal")} required>
        {(ids) => (
          <select {...ids} value={proposal} onChange={(event) => on.onProposal(event.target.value)}>
            {bootstrap.proposals.length === 0 && <option value="">no proposal is open to you here</option>}
            {bootstrap.proposals.map(({ number, title }) => (
              <option key={number} value={number}>
                {number} – {title}
              </option>
            ))}
          </select>
        )}
      </Field>
      {metadata.parameters.map((field) => (
        <Field
          key={field.name}
          label={labelOf(field, "", {})}
          hint={field.doc}
          errors={errorsOf(errors, `metadata.${field.name}`)}
          required={Boolean(field.required)}
        >
          {(ids) => (
            <Control
              parameter={field}
              value={(values[field.name] ?? "") as Cell}
              devices={{}}
              ids={ids}
              onChange={(value) => on.onMetadata(field.name, value)}
            />
          )}
        </Field>
      ))}
    </>
  );
}

export function rememberedProposal(): string {
  const kept = localStorage.getItem("proposal");
  const numbers = bootstrap.proposals.map(({ number }) => number);
  return kept && numbers.includes(kept) ? kept : (numbers[0] ?? "");
}
