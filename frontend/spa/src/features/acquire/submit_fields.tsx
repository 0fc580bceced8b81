import type { PlanDescription } from "../../api/plans";
import { Field } from "../../components/parts";
import { ProposalField } from "../../components/proposal_field";
import { Control, labelOf } from "./controls";
import { type Cell, errorsOf, type FieldErrors, type FormValue, type FormValues } from "./form_values";

interface SubmitFieldsProps {
  proposal: string;
  /** Absent where the proposal stays as it is. */
  onProposal?: ((proposal: string) => void) | undefined;
  metadata: PlanDescription;
  values: FormValues;
  errors: FieldErrors;
  onMetadata: (name: string, value: FormValue) => void;
}

/** For whom the item is, and what the beamline wants to be told of it. */
export function SubmitFields({ proposal, metadata, values, errors, ...on }: SubmitFieldsProps) {
  return (
    <>
      {on.onProposal ? (
        <ProposalField proposal={proposal} errors={errorsOf(errors, "proposal")} onProposal={on.onProposal} />
      ) : (
        <p className="field">
          For proposal <strong>{proposal}</strong>
        </p>
      )}
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
