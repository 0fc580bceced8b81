import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { getPeople, type Person, PROPOSAL_ROLES } from "../../api/facility";
import { may } from "../../bootstrap";
import { plural } from "../../components/format";
import { Field } from "../../components/parts";
import { PersonInput } from "./person_input";
import { cutAtLast, isList, joined, type PersonInRole, readPeople, spoken } from "./roles";

export interface Picking {
  /** Everybody who is named: those who are taken, and who is typed. */
  people: PersonInRole[];
  /** What is wrong, a line for each name. */
  faults: string[];
  chosen: PersonInRole[];
  typed: string;
  set: (chosen: PersonInRole[], typed: string) => void;
  clear: () => void;
  accounts: Accounts;
}

/** The people of a form: `first` until something is changed. */
export function usePicking(first: PersonInRole[] = []): Picking {
  const [said, setSaid] = useState<{ chosen: PersonInRole[]; typed: string } | null>(null);
  const { chosen, typed } = said ?? { chosen: first, typed: "" };
  const read = readPeople(typed);
  const accounts = useAccounts(chosen.map(({ username }) => username));
  const unknown = chosen.filter(({ username }) => accounts.get(username) === null);
  return {
    people: joined(chosen, read.people),
    faults: [...read.faults, ...unknown.map(({ username }) => `There is no account “${username}”.`)],
    chosen,
    typed,
    set: (people, text) => setSaid({ chosen: people, typed: text }),
    clear: () => setSaid({ chosen: [], typed: "" }),
    accounts,
  };
}

type Accounts = ReadonlyMap<string, Person | null>;

/** What is known of these names, null of those that are no account; nothing where accounts are not shown. */
function useAccounts(usernames: string[]): Accounts {
  const [known, setKnown] = useState<Accounts>(new Map());
  const asked = usernames.filter((name) => !known.has(name)).join(",");
  useEffect(() => {
    if (!asked || !may("account:manage")) return;
    const abort = new AbortController();
    getPeople({ usernames: asked, limit: 500 }, abort.signal).then(
      ({ results }) => setKnown((before) => new Map([...before, ...told(asked.split(","), results)])),
      () => undefined, // the server says it when the form is sent
    );
    return () => abort.abort();
  }, [asked]);
  return known;
}

const told = (names: string[], people: Person[]): [string, Person | null][] =>
  names.map((name) => [name, people.find(({ username }) => username === name) ?? null]);

interface PeopleFieldProps {
  label: string;
  hint?: string;
  /** What the list of those who are taken is called. */
  list: string;
  picking: Picking;
  errors?: string[] | undefined;
  withRoles?: boolean;
}

/** People by name: typed and taken from what is offered, or pasted as a list; each can be taken out again. */
export function PeopleField({ label, hint, list, picking, errors = [], withRoles }: PeopleFieldProps) {
  const { chosen, typed, set, accounts } = picking;
  const box = useRef<HTMLDivElement>(null);
  const takeIn = (text: string, rest = "") => {
    const { people, left } = readPeople(text);
    set(joined(chosen, people), [left, rest].filter(Boolean).join(", "));
  };
  const type = (text: string) => {
    const [whole, rest] = cutAtLast(text);
    if (readPeople(whole).people.length > 0) takeIn(whole, rest);
    else set(chosen, text);
  };
  const hear = (event: KeyboardEvent) => {
    if (event.key === "Enter" && typed.trim()) {
      event.preventDefault();
      takeIn(typed);
    }
    if (event.key === "Backspace" && typed === "") set(chosen.slice(0, -1), "");
  };
  const drop = (username: string) => {
    set(
      chosen.filter((one) => one.username !== username),
      typed,
    );
    box.current?.querySelector("input")?.focus();
  };
  return (
    <div ref={box} className="people-field">
      <Field label={label} hint={hint} errors={[...picking.faults, ...errors]}>
        {(ids) => (
          <PersonInput
            ids={ids}
            value={typed}
            asked={typed.includes(":") ? "" : typed}
            without={chosen.map(({ username }) => username)}
            onChange={type}
            onTake={({ username }) => takeIn(username)}
            onKey={hear}
            onPasted={(text) => {
              if (isList(text.trim())) takeIn(`${typed}${text}`);
              return isList(text.trim());
            }}
            onLeave={(to) => {
              // A button that is pressed must not move away under the press; what is typed is sent too.
              if (typed.trim() && !(to instanceof HTMLButtonElement)) takeIn(typed);
            }}
          />
        )}
      </Field>
      <p className="visually-hidden" role="status">
        {chosen.length > 0 && `${plural(chosen.length, "person", "people")} taken`}
      </p>
      <ul className="facility-people" aria-label={list}>
        {chosen.map((person) => (
          <Chip
            key={person.username}
            person={person}
            account={accounts.get(person.username)}
            onRole={
              withRoles
                ? (role) =>
                    set(
                      chosen.map((one) => (one === person ? { ...person, role } : one)),
                      typed,
                    )
                : undefined
            }
            onDrop={() => drop(person.username)}
          />
        ))}
      </ul>
    </div>
  );
}

interface ChipProps {
  person: PersonInRole;
  /** Null for a name that is no account. */
  account: Person | null | undefined;
  onRole: ((role: string) => void) | undefined;
  onDrop: () => void;
}

function Chip({ person: { username, role }, account, onRole, onDrop }: ChipProps) {
  const name = account?.display_name ?? username;
  return (
    <li className={account === null ? "chip-bad" : undefined}>
      <strong>{name}</strong>
      {name !== username && <span className="muted">{username}</span>}
      {account && !account.is_active && <span className="muted">closed</span>}
      {onRole && (
        <select
          aria-label={`Role of ${username}`}
          value={role}
          onChange={(event) => onRole(event.target.value)}
        >
          {PROPOSAL_ROLES.map((one) => (
            <option key={one} value={one}>
              {spoken(one)}
            </option>
          ))}
        </select>
      )}
      <button
        type="button"
        className="chip-drop"
        aria-label={`Take out ${username}`}
        title={`Take out ${username}`}
        onClick={onDrop}
      >
        <span aria-hidden="true">×</span>
      </button>
    </li>
  );
}
