import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client";
import { changeVisit, type Visit } from "../../api/facility";
import { Button, Problem, useAction } from "../../components/parts";
import { asLocal, lengthMs, movedBy } from "./dates";
import { asOrder, VisitFields, type VisitPlace } from "./visit_fields";

interface MoveVisitProps {
  visit: Visit;
  onDone: () => void;
  onLeave: () => void;
}

/** Moves a visit to other dates or another beamline; a new start takes the end along. */
export function MoveVisit({ visit, onDone, onLeave }: MoveVisitProps) {
  const { run, isBusy, error } = useAction();
  const [place, setPlace] = useState<VisitPlace>({
    beamline: visit.beamline,
    start: asLocal(visit.starts_at),
    end: asLocal(visit.ends_at),
    contact: visit.local_contact ?? "",
    note: visit.note,
  });
  const change = (changes: Partial<VisitPlace>) =>
    setPlace((before) => {
      const length = lengthMs(before.start, before.end);
      const end = changes.start && length > 0 ? movedBy(changes.start, length) : before.end;
      return { ...before, end, ...changes };
    });
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => changeVisit(visit.number, asOrder(place)))) onDone();
  };
  return (
    <form aria-label="Move the visit" onSubmit={submit}>
      <VisitFields
        place={place}
        onChange={change}
        errors={error instanceof ApiError ? error.fields : {}}
        endHint="Goes along when the start is moved."
      />
      {error && <Problem error={error} />}
      <div className="facility-buttons">
        <Button kind="primary" type="submit" busy={isBusy}>
          Move visit
        </Button>
        <Button kind="quiet" onClick={onLeave}>
          Leave as it is
        </Button>
      </div>
    </form>
  );
}
