import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client";
import { Button, Field, Problem, useAction } from "../../components/parts";
import { PersonInput } from "./person_input";
import { spoken } from "./roles";

interface PersonFormProps {
  roles: string[];
  usual: string;
  verb: string;
  onAdd: (username: string, role: string) => Promise<unknown>;
  onDone: () => void;
}

/** Gives somebody a role, or another one. */
export function PersonForm({ roles, usual, verb, onAdd, onDone }: PersonFormProps) {
  const { run, isBusy, error } = useAction();
  const [username, setUsername] = useState("");
  const [role, setRole] = useState(usual);
  const said = error instanceof ApiError ? error.fields : {};
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => onAdd(username.trim(), role))) {
      setUsername("");
      onDone();
    }
  };
  return (
    <form className="facility-row" onSubmit={submit}>
      <Field label="User name" errors={said.username ?? said.members}>
        {(ids) => <PersonInput ids={ids} value={username} onChange={setUsername} required />}
      </Field>
      <Field label="Role">
        {(ids) => (
          <select {...ids} value={role} onChange={(event) => setRole(event.target.value)}>
            {roles.map((one) => (
              <option key={one} value={one}>
                {spoken(one)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Button type="submit" busy={isBusy}>
        {verb}
      </Button>
      {error && !said.username && !said.members && <Problem error={error} />}
    </form>
  );
}
