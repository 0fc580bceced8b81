import { bootstrap } from "../bootstrap";
import { Field } from "./parts";

interface ProposalFieldProps {
  proposal: string;
  label?: string;
  errors?: string[] | undefined;
  /** What it says where none has to be chosen. */
  none?: string;
  onProposal: (proposal: string) => void;
}

/** One of the proposals that are open to the person here. */
export function ProposalField({
  proposal,
  label = "Proposal",
  errors,
  none,
  onProposal,
}: ProposalFieldProps) {
  const blank = none ?? (bootstrap.proposals.length === 0 ? "no proposal is open to you here" : undefined);
  return (
    <Field label={label} errors={errors} required={none === undefined}>
      {(ids) => (
        <select {...ids} value={proposal} onChange={(event) => onProposal(event.target.value)}>
          {blank !== undefined && <option value="">{blank}</option>}
          {bootstrap.proposals.map(({ number, title }) => (
            <option key={number} value={number}>
              {number} – {title}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The proposal that was chosen last, as far as it is still open. */
export function rememberedProposal(): string {
  const kept = localStorage.getItem("proposal");
  return kept && isOpen(kept) ? kept : (bootstrap.proposals[0]?.number ?? "");
}

/** Whether something can be measured for the proposal now. */
export const isOpen = (proposal: string) => bootstrap.proposals.some(({ number }) => number === proposal);
