import type { VisibleItem } from "../../api/queue";
import { parametersLine } from "../../components/format";
import { Field } from "../../components/parts";
import { errorsOf, type FieldErrors } from "./form_values";
import { isAnyWish, type WishTexts } from "./wishes";

interface WishFieldsProps {
  texts: WishTexts;
  errors: FieldErrors;
  /** Items that can be waited for. */
  items?: VisibleItem[];
  onChange: (texts: WishTexts) => void;
}

const NAMES = ["priority", "not_before", "note", "waits_for"];

/** Folded away until wanted: few items need a time or a rank of their own. */
export function WishFields({ texts, errors, items = [], onChange }: WishFieldsProps) {
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
      {items.length > 0 && (
        <WaitsFor
          items={items}
          chosen={texts.waitsFor.split(" ").filter(Boolean)}
          errors={errorsOf(errors, "waits_for")}
          onChange={(uids) => set({ waitsFor: uids.join(" ") })}
        />
      )}
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

interface WaitsForProps {
  items: VisibleItem[];
  chosen: string[];
  errors: string[];
  onChange: (uids: string[]) => void;
}

/** Which items of the queue have to end well before this one runs. */
function WaitsFor({ items, chosen, errors, onChange }: WaitsForProps) {
  return (
    <fieldset className={errors.length ? "field field-bad" : "field"}>
      <legend>Waits for</legend>
      <div className="waits-for">
        {items.map((item) => (
          <label key={item.uid}>
            <input
              type="checkbox"
              checked={chosen.includes(item.uid)}
              onChange={(event) =>
                onChange(
                  event.target.checked ? [...chosen, item.uid] : chosen.filter((uid) => uid !== item.uid),
                )
              }
            />{" "}
            {item.plan} <span className="muted">{parametersLine(item.parameters)}</span>
          </label>
        ))}
      </div>
      {errors.map((error) => (
        <p key={error} className="errors">
          {error}
        </p>
      ))}
    </fieldset>
  );
}
