import { type KeyboardEvent, type ReactNode, useId, useState } from "react";

export interface Offers {
  id: string;
  isOpen: boolean;
  /** Which offer the arrow keys are on; -1 for none. */
  active: number;
  open: () => void;
  close: () => void;
  leave: () => void;
  step: (by: 1 | -1, count: number) => void;
}

/** Whether offers stand below a box, and which of them the keys are on. */
export function useOffers(): Offers {
  const id = useId();
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  return {
    id,
    isOpen,
    active,
    open: () => {
      setOpen(true);
      setActive(-1);
    },
    close: () => setOpen(false),
    leave: () => setActive(-1),
    step: (by, count) => setActive((active + by + count + (active < 0 && by < 0 ? 1 : 0)) % count),
  };
}

/** What the box above `count` offers says of them to a screen reader. */
export function boxOf({ id, isOpen, active }: Offers, count: number) {
  const isShown = isOpen && count > 0;
  return {
    role: "combobox",
    autoComplete: "off",
    "aria-expanded": isShown,
    "aria-controls": `${id}-list`,
    "aria-autocomplete": "list",
    "aria-activedescendant": isShown && active >= 0 ? `${id}-${active}` : undefined,
  } as const;
}

/** Hear the keys that walk through the offers, close them and take one. */
export function hearKeys<T>(
  event: KeyboardEvent,
  offers: Offers,
  found: T[],
  onTake: (one: T) => void,
): void {
  if (!offers.isOpen || found.length === 0) return;
  if (event.key === "Escape") {
    event.preventDefault();
    offers.close();
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    offers.step(event.key === "ArrowDown" ? 1 : -1, found.length);
  }
  const one = found[offers.active];
  if (event.key === "Enter" && one !== undefined) {
    event.preventDefault();
    onTake(one);
  }
}

interface OfferListProps<T> {
  offers: Offers;
  found: T[];
  label: string;
  keyOf: (one: T) => string;
  onTake: (one: T) => void;
  children: (one: T) => ReactNode;
}

/** The offers below a box. */
export function OfferList<T>({ offers, found, label, keyOf, onTake, children }: OfferListProps<T>) {
  const { id, isOpen, active } = offers;
  const isShown = isOpen && found.length > 0;
  return (
    <div
      id={`${id}-list`}
      className={isShown ? "suggestions" : "suggestions is-empty"}
      role="listbox"
      aria-label={label}
    >
      {isShown &&
        found.map((one, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are heard by the box
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the box
          <div
            key={keyOf(one)}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            className="suggestion"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onTake(one)}
          >
            {children(one)}
          </div>
        ))}
    </div>
  );
}
