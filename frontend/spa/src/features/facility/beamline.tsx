import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client";
import {
  addGroup,
  addRule,
  assignStaff,
  getGroups,
  getRules,
  getStaff,
  removeGroup,
  removeRule,
  unassignStaff,
} from "../../api/facility";
import { may } from "../../bootstrap";
import { Button, Card, Empty, Field, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { withBeamline } from "../frame/beamline_gate";
import { FacilityFrame } from "./frame";
import { PeopleField, usePicking } from "./people_field";
import { PersonForm } from "./person_form";
import { spoken } from "./roles";

const STAFF_ROLES = ["beamline_staff", "local_contact"];

export function BeamlinePage() {
  return withBeamline("Beamline", ({ name, title }) => (
    <FacilityFrame title={title} lead="Its staff, its groups and who may do what.">
      <Staff beamline={name} />
      <Rules beamline={name} />
      <Groups beamline={name} />
    </FacilityFrame>
  ));
}

interface LineProps {
  text: string;
  note?: string;
  verb?: string | undefined;
  onDrop: () => void;
}

/** One thing of a list, and how to take it away. */
function Line({ text, note, verb, onDrop }: LineProps) {
  return (
    <li>
      <strong>{text}</strong>
      <span className="muted line-rest">{note}</span>
      {verb && (
        <Button kind="quiet" label={`${verb} ${text}`} onClick={onDrop}>
          {verb}
        </Button>
      )}
    </li>
  );
}

function Staff({ beamline }: { beamline: string }) {
  const staff = useResource(`staff:${beamline}`, (signal) => getStaff(beamline, signal));
  const { run, error } = useAction();
  const mayWrite = may("account:manage");
  const drop = (username: string) =>
    void run(() => unassignStaff(beamline, username)).then((isDone) => isDone && staff.refresh());
  return (
    <Card title="Staff">
      {staff.error && <Problem error={staff.error} onRetry={staff.refresh} />}
      {staff.data?.results.length === 0 && <Empty>Nobody yet.</Empty>}
      <ul className="lines" aria-label="Staff">
        {staff.data?.results.map(({ username, role }) => (
          <Line
            key={username}
            text={username}
            note={spoken(role)}
            verb={mayWrite ? "Take out" : undefined}
            onDrop={() => drop(username)}
          />
        ))}
      </ul>
      {mayWrite && (
        <PersonForm
          roles={STAFF_ROLES}
          usual="beamline_staff"
          verb="Add to the staff"
          onAdd={(username, role) => assignStaff(beamline, username, role)}
          onDone={staff.refresh}
        />
      )}
      {error && <Problem error={error} />}
    </Card>
  );
}

const KINDS: Record<string, string> = {
  plan: "plan",
  device: "device",
  value: "range of a device's value",
  parameter: "range of a plan's parameter",
  points: "most points of a run",
};
const NO_RULE = {
  group: "members",
  kind: "device",
  effect: "forbid",
  act: "move",
  pattern: "",
  minimum: "",
  maximum: "",
  note: "",
};

function Rules({ beamline }: { beamline: string }) {
  const rules = useResource(`rules:${beamline}`, (signal) => getRules(beamline, signal));
  const groups = useResource(`groups:${beamline}`, (signal) => getGroups(beamline, signal));
  const { run, isBusy, error } = useAction();
  const [said, setSaid] = useState(NO_RULE);
  const mayWrite = may("environment:manage");
  const faults = error instanceof ApiError ? error.fields : {};
  const act = (work: () => Promise<unknown>) =>
    run(work).then((isDone) => {
      if (isDone) rules.refresh();
      return isDone;
    });
  const isRange = said.kind !== "plan" && said.kind !== "device";
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const { minimum, maximum, effect, act: how, ...rest } = said;
    const ends = {
      ...(minimum && { minimum: Number(minimum) }),
      ...(maximum && { maximum: Number(maximum) }),
    };
    const body = isRange ? { ...rest, ...ends } : { ...rest, effect, act: how };
    if (await act(() => addRule(beamline, body))) setSaid(NO_RULE);
  };
  const choose = (name: keyof typeof NO_RULE, label: string, choices: [string, string][]) => (
    <Field label={label} errors={faults[name]}>
      {(ids) => (
        <select
          {...ids}
          value={said[name]}
          onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
        >
          {choices.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
  const write = (name: keyof typeof NO_RULE, label: string, type = "text") => (
    <Field label={label} errors={faults[name]}>
      {(ids) => (
        <input
          {...ids}
          type={type}
          step="any"
          required={name === "pattern"}
          value={said[name]}
          onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
        />
      )}
    </Field>
  );
  const same = (words: string[]): [string, string][] => words.map((word) => [word, spoken(word)]);
  return (
    <Card title="Rules">
      {rules.error && <Problem error={rules.error} onRetry={rules.refresh} />}
      {rules.data?.results.length === 0 && (
        <Empty>No rules: members run every plan and move every device while their visit is on.</Empty>
      )}
      <ul className="lines" aria-label="Rules">
        {rules.data?.results.map((rule) => (
          <Line
            key={rule.uid}
            text={rule.text}
            verb={mayWrite ? "Remove" : undefined}
            onDrop={() => void act(() => removeRule(beamline, rule.uid))}
          />
        ))}
      </ul>
      {mayWrite && (
        <form onSubmit={submit}>
          <div className="facility-fields">
            {choose("group", "For", same(groups.data?.results.map((group) => group.name) ?? ["members"]))}
            {choose("kind", "About", Object.entries(KINDS))}
            {!isRange && choose("effect", "Says", same(["forbid", "allow"]))}
            {said.kind === "device" && choose("act", "To", same(["move", "read"]))}
            {write("pattern", "Name or pattern")}
            {isRange && write("minimum", "From", "number")}
            {isRange && write("maximum", "To", "number")}
            {write("note", "Why it is so")}
          </div>
          {error && <Problem error={error} />}
          <Button type="submit" busy={isBusy}>
            Add rule
          </Button>
        </form>
      )}
    </Card>
  );
}

function Groups({ beamline }: { beamline: string }) {
  const groups = useResource(`own-groups:${beamline}`, (signal) => getGroups(beamline, signal));
  const { run, isBusy, error } = useAction();
  const [name, setName] = useState("");
  const picking = usePicking();
  const mayWrite = may("environment:manage");
  const faults = error instanceof ApiError ? error.fields : {};
  const own = groups.data?.results.filter((group) => !group.is_built_in) ?? [];
  const act = async (work: () => Promise<unknown>) => {
    const isDone = await run(work);
    if (isDone) groups.refresh();
    return isDone;
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const members = picking.people.map(({ username }) => username);
    if (await act(() => addGroup(beamline, { name, members }))) {
      setName("");
      picking.clear();
    }
  };
  return (
    <Card title="Groups">
      {own.length === 0 && (
        <Empty>Only the built-in groups: everyone, staff, members, one for each role.</Empty>
      )}
      <ul className="lines" aria-label="Groups">
        {own.map((group) => (
          <Line
            key={group.name}
            text={group.name}
            note={group.members?.join(", ") ?? ""}
            verb={mayWrite ? "Remove" : undefined}
            onDrop={() => void act(() => removeGroup(beamline, group.name))}
          />
        ))}
      </ul>
      {mayWrite && (
        <form className="facility-row" onSubmit={submit}>
          <Field label="Group" hint="Letters, digits, - and _." errors={faults.name}>
            {(ids) => (
              <input {...ids} value={name} required onChange={(event) => setName(event.target.value)} />
            )}
          </Field>
          <PeopleField
            label="Its people"
            hint="Type a name, or paste a list."
            list="People of the new group"
            picking={picking}
            errors={faults.members}
          />
          <Button type="submit" busy={isBusy} disabled={picking.faults.length > 0}>
            Add group
          </Button>
        </form>
      )}
      {error && <Problem error={error} />}
    </Card>
  );
}
