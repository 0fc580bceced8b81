import { getStaff } from "../../api/facility";
import { bootstrap } from "../../bootstrap";
import { Field } from "../../components/parts";
import { useResource } from "../../live/resource";
import { asMoment } from "./dates";

/** Where and when a visit is, as its form holds it: moments as `datetime-local` controls have them. */
export interface VisitPlace {
  beamline: string;
  start: string;
  end: string;
  contact: string;
  note: string;
}

interface VisitFieldsProps {
  place: VisitPlace;
  onChange: (changes: Partial<VisitPlace>) => void;
  errors: Record<string, string[]>;
  endHint?: string;
}

/** What the API takes of it. */
export function asOrder({ beamline, start, end, contact, note }: VisitPlace) {
  const dates = { starts_at: asMoment(start) ?? "", ends_at: asMoment(end) ?? "" };
  return { beamline, ...dates, local_contact: contact, note };
}

/** Beamline, dates, local contact and note of a visit. */
export function VisitFields({ place, onChange, errors, endHint }: VisitFieldsProps) {
  const { beamline } = place;
  const staff = useResource(beamline && `staff:${beamline}`, (signal) => getStaff(beamline, signal));
  return (
    <>
      <div className="facility-fields">
        <Field label="Beamline" errors={errors.beamline} required>
          {(ids) => (
            <select
              {...ids}
              value={beamline}
              onChange={(event) => onChange({ beamline: event.target.value, contact: "" })}
              required
            >
              {bootstrap.beamlines.map((one) => (
                <option key={one.name} value={one.name}>
                  {one.title}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="From" errors={errors.starts_at} required>
          {(ids) => (
            <input
              {...ids}
              type="datetime-local"
              value={place.start}
              required
              onChange={(event) => onChange({ start: event.target.value })}
            />
          )}
        </Field>
        <Field label="To" hint={endHint} errors={errors.ends_at} required>
          {(ids) => (
            <input
              {...ids}
              type="datetime-local"
              value={place.end}
              required
              onChange={(event) => onChange({ end: event.target.value })}
            />
          )}
        </Field>
        <Field label="Local contact" errors={errors.local_contact}>
          {(ids) => (
            <select
              {...ids}
              value={place.contact}
              onChange={(event) => onChange({ contact: event.target.value })}
            >
              <option value="">none yet</option>
              {staff.data?.results.map((one) => (
                <option key={one.username} value={one.username}>
                  {one.display_name}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Field label="Note" errors={errors.note}>
        {(ids) => (
          <input
            {...ids}
            value={place.note}
            maxLength={300}
            onChange={(event) => onChange({ note: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}
