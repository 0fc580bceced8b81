import { type FormEvent, useState } from "react";
import { useSearchParams } from "react-router";
import { ApiError } from "../../api/client";
import { createPerson, getPeople, lookAs, type Person, setActive } from "../../api/facility";
import { bootstrap } from "../../bootstrap";
import { plural, when } from "../../components/format";
import { Badge, Button, Card, Field, Problem, TableRegion, useAction } from "../../components/parts";
import { ReasonDialog } from "../../components/reason_dialog";
import { FacilityFrame } from "./frame";
import { Answers, usePages } from "./more_rows";
import { PersonName } from "./person_name";
import { spoken } from "./roles";

type Asked = { act: "close" | "open"; names: string[] } | { act: "look"; names: [string] };

export function PeoplePage() {
  const [search, setSearch] = useSearchParams();
  const q = search.get("q") ?? "";
  const [words, setWords] = useState(q);
  const [ticked, setTicked] = useState<string[]>([]);
  const [asked, setAsked] = useState<Asked | null>(null);
  const { run, isBusy, error, clear } = useAction();
  const { page, pager } = usePages(`people:${q}`, (cursor, signal) => getPeople({ q, cursor }, signal));
  const confirm = async (reason: string) => {
    if (asked === null) return;
    const [first = ""] = asked.names;
    const isDone = await run(() =>
      asked.act === "look" ? lookAs(first, reason) : setActive(asked.names, asked.act === "open", reason),
    );
    if (!isDone) return;
    if (asked.act === "look") {
      window.location.assign("/");
      return;
    }
    setAsked(null);
    setTicked([]);
    page.refresh();
  };
  const close = () => {
    clear();
    setAsked(null);
  };
  return (
    <FacilityFrame title="People" lead="Accounts and their roles.">
      <form
        className="facility-row"
        onSubmit={(event) => {
          event.preventDefault();
          setSearch(words ? { q: words } : {});
        }}
      >
        <Field label="Name or e-mail">
          {(ids) => (
            <input {...ids} type="search" value={words} onChange={(event) => setWords(event.target.value)} />
          )}
        </Field>
        <Button type="submit">Find</Button>
      </form>
      <div className="facility-bulk">
        <span>{plural(ticked.length, "person", "people")} ticked</span>
        <Button disabled={ticked.length === 0} onClick={() => setAsked({ act: "close", names: ticked })}>
          Close accounts
        </Button>
        <Button disabled={ticked.length === 0} onClick={() => setAsked({ act: "open", names: ticked })}>
          Open accounts
        </Button>
      </div>
      <Answers page={page} what="people" none="Nobody fits these words.">
        {(rows) => (
          <PeopleTable
            people={rows}
            ticked={ticked}
            onTick={(names, isOn) => {
              const rest = ticked.filter((one) => !names.includes(one));
              setTicked(isOn ? [...rest, ...names] : rest);
            }}
            onLook={(name) => setAsked({ act: "look", names: [name] })}
          />
        )}
      </Answers>
      {pager}
      <NewPerson onMade={page.refresh} />
      {asked && (
        <ReasonDialog
          title={titleOf(asked)}
          hint="It is kept in the audit log."
          confirm={asked.act === "look" ? "Look" : "Do it"}
          kind={asked.act === "close" ? "danger" : "primary"}
          required
          error={error}
          isBusy={isBusy}
          onClose={close}
          onConfirm={(reason) => void confirm(reason)}
        >
          <p>{effectOf(asked)}</p>
        </ReasonDialog>
      )}
    </FacilityFrame>
  );
}

const titleOf = ({ act, names }: Asked) =>
  act === "look"
    ? `Look as ${names[0]}`
    : `${act === "close" ? "Close" : "Open"} ${plural(names.length, "account")}`;

const effectOf = ({ act, names }: Asked) =>
  act === "look"
    ? "You see Beamport as this person does, for 30 minutes at most, and change nothing."
    : `${names.join(", ")}: ${act === "close" ? "sessions and keys end at once, roles and history stay." : "may sign in again."}`;

interface PeopleTableProps {
  people: Person[];
  ticked: string[];
  onTick: (usernames: string[], isOn: boolean) => void;
  onLook: (username: string) => void;
}

function PeopleTable({ people, ticked, onTick, onLook }: PeopleTableProps) {
  const others = people.map(({ username }) => username).filter((name) => name !== bootstrap.user.username);
  return (
    <TableRegion label="People">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">
              <input
                type="checkbox"
                aria-label="Tick all on this page"
                checked={others.length > 0 && others.every((name) => ticked.includes(name))}
                onChange={(event) => onTick(others, event.target.checked)}
              />
            </th>
            <th scope="col">Person</th>
            <th scope="col">Roles</th>
            <th scope="col">Last signed in</th>
            <th scope="col">Support</th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.username}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Tick ${person.username}`}
                  checked={ticked.includes(person.username)}
                  disabled={person.username === bootstrap.user.username}
                  onChange={(event) => onTick([person.username], event.target.checked)}
                />
              </td>
              <th scope="row">
                <PersonName {...person} /> {!person.is_active && <Badge tone="warn">closed</Badge>}
                {person.email && <span className="cell-note">{person.email}</span>}
              </th>
              <td>{rolesOf(person) || "–"}</td>
              <td>{when(person.last_login)}</td>
              <td>
                {person.is_active && !person.is_facility_admin && (
                  <Button
                    kind="quiet"
                    label={`Look as ${person.username}`}
                    onClick={() => onLook(person.username)}
                  >
                    Look as
                  </Button>
                )}
                {person.is_active && person.username !== bootstrap.user.username && (
                  <>
                    <SupportLink person={person.username} page="password/code" text="Password code" />
                    <SupportLink person={person.username} page="sessions/end" text="End sessions" />
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableRegion>
  );
}

interface SupportLinkProps {
  person: string;
  page: string;
  text: string;
}

/** A plain page of the server about another person's sign-in. */
function SupportLink({ person, page, text }: SupportLinkProps) {
  return (
    <a
      className="button button-quiet"
      href={`/accounts/${encodeURIComponent(person)}/${page}`}
      aria-label={`${text} for ${person}`}
    >
      {text}
    </a>
  );
}

function rolesOf(person: Person): string {
  const parts = [
    ...(person.is_facility_admin ? ["facility administrator"] : []),
    ...person.beamlines.map(({ name, role }) => `${spoken(role)} at ${name}`),
    ...person.proposals.map(({ number, role }) => `${spoken(role)} in ${number}`),
  ];
  return parts.join("; ");
}

const NOBODY = { username: "", first_name: "", last_name: "", email: "" };
const LABELS: [name: keyof typeof NOBODY, label: string][] = [
  ["username", "User name"],
  ["first_name", "First name"],
  ["last_name", "Last name"],
  ["email", "E-mail"],
];

function NewPerson({ onMade }: { onMade: () => void }) {
  const { run, isBusy, error } = useAction();
  const [said, setSaid] = useState(NOBODY);
  const faults = error instanceof ApiError ? error.fields : {};
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => createPerson(said))) {
      setSaid(NOBODY);
      onMade();
    }
  };
  return (
    <Card title="New person">
      <p className="muted">
        Without a password: they sign in by the identity provider, or set one with a password code that you
        make for them above.
      </p>
      <form onSubmit={submit}>
        <div className="facility-fields">
          {LABELS.map(([name, label]) => (
            <Field key={name} label={label} errors={faults[name]} required={name === "username"}>
              {(ids) => (
                <input
                  {...ids}
                  type={name === "email" ? "email" : "text"}
                  autoComplete="off"
                  required={name === "username"}
                  value={said[name]}
                  onChange={(event) => setSaid({ ...said, [name]: event.target.value })}
                />
              )}
            </Field>
          ))}
        </div>
        {error && <Problem error={error} />}
        <Button type="submit" busy={isBusy}>
          Add person
        </Button>
      </form>
    </Card>
  );
}
