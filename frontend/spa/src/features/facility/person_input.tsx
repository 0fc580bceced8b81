import { getPeople } from "../../api/facility";
import { may } from "../../bootstrap";
import type { FieldProps } from "../../components/parts";
import { useResource } from "../../live/resource";

interface PersonInputProps {
  ids: Parameters<FieldProps["children"]>[0];
  value: string;
  onChange: (username: string) => void;
}

/** A user name, with those that fit what is typed for who may see the people of the facility. */
export function PersonInput({ ids, value, onChange }: PersonInputProps) {
  const q = value.trim();
  const key = q && may("account:manage") ? `people-like:${q}` : null;
  const found = useResource(key, (signal) => getPeople({ q, limit: 20 }, signal));
  return (
    <>
      <input
        {...ids}
        value={value}
        required
        maxLength={150}
        autoComplete="off"
        list={`${ids.id}-people`}
        onChange={(event) => onChange(event.target.value)}
      />
      <datalist id={`${ids.id}-people`}>
        {found.data?.results.map((person) => (
          <option key={person.username} value={person.username}>
            {person.display_name}
          </option>
        ))}
      </datalist>
    </>
  );
}
