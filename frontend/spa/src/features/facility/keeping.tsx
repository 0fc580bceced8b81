import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client";
import { getDataPolicy, keepFor } from "../../api/facility";
import { plural } from "../../components/format";
import { Button, Card, Field, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";

/** How long the runs of a proposal are kept, by whose rule, and whose they are. */
export function Keeping({ number }: { number: string }) {
  const policy = useResource(`policy:${number}`, (signal) => getDataPolicy(number, signal));
  const { run, isBusy, error } = useAction();
  const [days, setDays] = useState("");
  const [note, setNote] = useState("");
  const faults = error instanceof ApiError ? error.fields : {};
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => keepFor(number, days ? Number(days) : null, note))) policy.refresh();
  };
  return (
    <Card title="How long its data are kept">
      {policy.error && <Problem error={policy.error} onRetry={policy.refresh} />}
      <dl className="facility-facts">
        <dt>Owner</dt>
        <dd>{policy.data?.owner || "not told"}</dd>
        {policy.data?.kept.map((place) => (
          <div className="facility-pair" key={place.beamline}>
            <dt>Runs at {place.beamline}</dt>
            <dd>
              {place.days === null ? "for good" : `${plural(place.days, "day")} after their end`}
              {place.rule !== "none" && ` (rule of the ${place.rule})`}
            </dd>
          </div>
        ))}
      </dl>
      <form className="facility-row" onSubmit={submit}>
        <Field label="Days" hint="Empty: for good." errors={faults.days}>
          {(ids) => (
            <input
              {...ids}
              type="number"
              min={1}
              value={days}
              onChange={(event) => setDays(event.target.value)}
            />
          )}
        </Field>
        <Field label="Note" hint="Kept with the rule.">
          {(ids) => <input {...ids} value={note} onChange={(event) => setNote(event.target.value)} />}
        </Field>
        <Button type="submit" busy={isBusy}>
          Set for this proposal
        </Button>
      </form>
      {error && <Problem error={error} />}
    </Card>
  );
}
