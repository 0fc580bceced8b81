import { bootstrap } from "../../bootstrap";
import { Field } from "../../components/parts";

interface ProposalFieldProps {
  proposal: string;
  errors?: string[];
  onProposal: (proposal: string) => void;
}

/** For whom something is measured: one of the proposals that are open to the person here. */
export function ProposalField({ proposal, errors, onProposal }: ProposalFieldProps) {
  return (
    <Field label="Proposal" errors={errors} required>
      {(ids) => (
        <select {...ids} value={proposal} onChange={(event) => onProposal(event.target.value)}>
          {bootstrap.proposals.length === 0 && <option value="">no proposal is open to you here</option>}
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
  const numbers = bootstrap.proposals.map(({ number }) => number);
  return kept && numbers.includes(kept) ? kept : (numbers[0] ?? "");
}
