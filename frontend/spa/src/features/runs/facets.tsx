import { useEffect, useState } from "react";
import type { Facets } from "../../api/runs";
import { Button } from "../../components/parts";
import { chosen, toggled } from "./search_line";

const NAMES: [key: string, title: string][] = [
  ["plan", "Plan"],
  ["sample", "Sample"],
  ["status", "Status"],
  ["detector", "Detector"],
  ["motor", "Motor"],
  ["tag", "Tag"],
  ["user", "User"],
  ["proposal", "Proposal"],
  ["beamline", "Beamline"],
];
const FEW = 6;

interface FacetsProps {
  facets: Facets;
  line: string;
  onChange: (line: string) => void;
}

/** What there is to choose from, with counts; a tick puts a term into the search line or takes it out. */
export function FacetList({ facets, line, onChange }: FacetsProps) {
  const [isOpen, setOpen] = useState(false);
  // A tick stands at once; the address, and with it the list, follows.
  const [asked, setAsked] = useState(line);
  useEffect(() => setAsked(line), [line]);
  const toggle = (key: string, value: string) => {
    const next = toggled(asked, key, value);
    setAsked(next);
    onChange(next);
  };
  return (
    <div className={isOpen ? "facets is-open" : "facets"}>
      <span className="facets-toggle">
        <Button expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Narrow by plan, sample …
        </Button>
      </span>
      <div className="facet-groups">
        {NAMES.map(([key, title]) => (
          <Facet
            key={key}
            title={title}
            rows={withChosen(facets[key] ?? [], chosen(asked, key))}
            picked={chosen(asked, key)}
            onToggle={(value) => toggle(key, value)}
          />
        ))}
      </div>
    </div>
  );
}

type Row = { value: string; count: number };

/** Values that are chosen stay in sight, whatever the counts say. */
function withChosen(rows: Row[], picked: string[]): Row[] {
  const known = new Set(rows.map(({ value }) => value));
  const missing = picked.filter((value) => !known.has(value)).map((value) => ({ value, count: 0 }));
  return [...missing, ...rows.filter(({ value }) => value !== "" && value !== "null")];
}

interface FacetProps {
  title: string;
  rows: Row[];
  picked: string[];
  onToggle: (value: string) => void;
}

function Facet({ title, rows, picked, onToggle }: FacetProps) {
  const [isLong, setLong] = useState(false);
  if (rows.length === 0) return null;
  const shown = isLong ? rows : rows.slice(0, FEW);
  return (
    <fieldset className="facet">
      <legend>{title}</legend>
      {shown.map(({ value, count }) => (
        <label key={value} className="facet-row">
          <input type="checkbox" checked={picked.includes(value)} onChange={() => onToggle(value)} />
          <span className="facet-value" title={value}>
            {value}
          </span>
          <span className="muted number">{count}</span>
        </label>
      ))}
      {rows.length > FEW && (
        <Button kind="quiet" expanded={isLong} onClick={() => setLong(!isLong)}>
          {isLong ? "Fewer" : `${rows.length - FEW} more`}
        </Button>
      )}
    </fieldset>
  );
}
