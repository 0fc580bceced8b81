import { Field } from "../../components/parts";
import { errorsOf, type FieldErrors } from "./form_values";
import { isAnyWish, type WishTexts } from "./wishes";

interface WishFieldsProps {
  texts: WishTexts;
  errors: FieldErrors;
  onChange: (texts: WishTexts) => void;
}

const NAMES = ["priority", "not_before", "note"];

/** Folded away until wanted: few items need a time or a rank of their own. */
export function WishFields({ texts, errors, onChange }: WishFieldsProps) {
  const isOpen = isAnyWish(texts) || NAMES.some((name) => errorsOf(errors, name).length > 0);
  const set = (more: Partial<WishTexts>) => onChange({ ...texts, ...more });
  return (
    <details className="wishes" open={isOpen || undefined}>
      <summary>When, and a note</summary>
      <p className="hint">For items of the queue; “Run now” does not wait.</p>
      <Field
        label="Not before"
        hint="In the time of this computer. Until then others go first."
        errors={errorsOf(errors, "not_before")}
      >
        {(ids) => (
          <input
            {...ids}
            type="datetime-local"
            value={texts.notBefore}
            onChange={(event) => set({ notBefore: event.target.value })}
          />
        )}
      </Field>
      <Field
        label="Priority"
        hint="-100 … 100; goes in before items of a lower one. 0 is usual."
        errors={errorsOf(errors, "priority")}
      >
        {(ids) => (
          <input
            {...ids}
            className="number"
            inputMode="numeric"
            autoComplete="off"
            placeholder="0"
            value={texts.priority}
            onChange={(event) => set({ priority: event.target.value })}
          />
        )}
      </Field>
      <Field label="Note" hint="Shown in the queue." errors={errorsOf(errors, "note")}>
        {(ids) => (
          <textarea
            {...ids}
            rows={2}
            maxLength={1000}
            value={texts.note}
            onChange={(event) => set({ note: event.target.value })}
          />
        )}
      </Field>
    </details>
  );
}
