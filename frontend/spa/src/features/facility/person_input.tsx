import type { KeyboardEvent } from "react";
import { getPeople, type Person } from "../../api/facility";
import { may } from "../../bootstrap";
import { boxOf, hearKeys, OfferList, useOffers } from "../../components/offers";
import type { FieldProps } from "../../components/parts";
import { useResource } from "../../live/resource";

interface PersonInputProps {
  ids: Parameters<FieldProps["children"]>[0];
  value: string;
  onChange: (text: string) => void;
  /** Somebody was chosen; without it the user name is written into the box. */
  onTake?: (person: Person) => void;
  /** What of the text is looked for. */
  asked?: string;
  /** Who is not offered. */
  without?: string[];
  required?: boolean;
  /** Keys that no offer heard. */
  onKey?: (event: KeyboardEvent<HTMLInputElement>) => void;
  onPasted?: (text: string) => boolean;
  onLeave?: (to: EventTarget | null) => void;
}

/** A box for a person: those that fit what is typed are offered to who may see the people of the facility. */
export function PersonInput({
  ids,
  value,
  onChange,
  onTake = ({ username }) => onChange(username),
  asked = value,
  without = [],
  required = false,
  onKey,
  onPasted,
  onLeave,
}: PersonInputProps) {
  const offers = useOffers();
  const found = usePeopleLike(offers.isOpen ? asked.trim() : "", without);
  const take = (person: Person) => {
    offers.close();
    onTake(person);
  };
  return (
    <div className="person-input">
      <input
        {...ids}
        {...boxOf(offers, found.length)}
        value={value}
        required={required}
        autoCapitalize="none"
        spellCheck={false}
        onChange={(event) => {
          onChange(event.target.value);
          offers.open();
        }}
        onKeyDown={(event) => {
          hearKeys(event, offers, found, take);
          if (!event.defaultPrevented) onKey?.(event);
        }}
        onPaste={(event) => {
          if (onPasted?.(event.clipboardData.getData("text"))) event.preventDefault();
        }}
        onBlur={(event) => {
          offers.close();
          onLeave?.(event.relatedTarget);
        }}
      />
      <OfferList
        offers={offers}
        found={found}
        label="Found accounts"
        keyOf={(person) => person.username}
        onTake={take}
      >
        {(person) => (
          <>
            <span>{person.display_name}</span>
            <span className="muted">{person.username}</span>
          </>
        )}
      </OfferList>
    </div>
  );
}

/** Open accounts that fit, none when the words are one whole user name already. */
function usePeopleLike(q: string, without: string[]): Person[] {
  const key = q && may("account:manage") ? `people-like:${q}` : null;
  const found = useResource(key, (signal) => getPeople({ q, is_active: "true", limit: 12 }, signal));
  if (key === null) return [];
  const people = (found.data?.results ?? []).filter(({ username }) => !without.includes(username));
  return people.length === 1 && people[0]?.username === q ? [] : people.slice(0, 8);
}
