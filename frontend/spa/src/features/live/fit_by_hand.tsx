import { useState } from "react";
import type { ByHand } from "../../api/fits";
import type { FitWish } from "./use_fit";

const FIELDS: [keyof ByHand, string][] = [
  ["low", "From"],
  ["high", "To"],
  ["centre", "Centre near"],
  ["fwhm", "Width about"],
];

interface FitByHandProps {
  wish: FitWish;
  units: string;
  onWish: (wish: FitWish) => void;
}

/** A part of the points to fit, and where the search begins: for one of several peaks. Left empty, the points say. */
export function FitByHand({ wish, units, onWish }: FitByHandProps) {
  const count = FIELDS.filter(([name]) => wish[name] !== undefined).length;
  return (
    <details className="fit-by-hand">
      <summary>Range and first guess{count > 0 && ` (${count} given)`}</summary>
      <div className="fit-fields">
        {FIELDS.map(([name, title]) => (
          <OneNumber
            key={name}
            title={units ? `${title} (${units})` : title}
            value={wish[name]}
            isWidth={name === "fwhm"}
            onValue={(value) => onWish({ ...wish, [name]: value })}
          />
        ))}
      </div>
    </details>
  );
}

/** What was typed as a number: nothing at all, a number, or null where it is neither. */
export function numberTyped(text: string, isWidth = false): number | undefined | null {
  const plain = text.trim().replace(/^−/, "-").replace(",", ".");
  if (plain === "") return undefined;
  const value = Number(plain);
  return Number.isFinite(value) && (!isWidth || value > 0) ? value : null;
}

interface OneNumberProps {
  title: string;
  value: number | undefined;
  isWidth: boolean;
  onValue: (value: number | undefined) => void;
}

/** Keeps what is typed as it is; only what can be used is asked for. */
function OneNumber({ title, value, isWidth, onValue }: OneNumberProps) {
  const [text, setText] = useState(value === undefined ? "" : String(value));
  const isBad = numberTyped(text, isWidth) === null;
  const take = (typed: string) => {
    setText(typed);
    const found = numberTyped(typed, isWidth);
    if (found !== null) onValue(found);
  };
  return (
    <label>
      {title}
      <input
        className="number"
        inputMode="decimal"
        value={text}
        aria-invalid={isBad}
        onChange={(event) => take(event.target.value)}
      />
      {isBad && <span className="errors">{isWidth ? "a number above 0" : "a number"}</span>}
    </label>
  );
}
