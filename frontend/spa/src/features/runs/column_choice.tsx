import { useState } from "react";
import { Button } from "../../components/parts";
import { DEFAULT_COLUMNS, FACTS } from "./state";

interface ColumnChoiceProps {
  columns: string[];
  /** An empty list stands for the usual columns. */
  onChange: (columns: string[]) => void;
}

/** Which columns the list has: facts of every run, and any key of the metadata. */
export function ColumnChoice({ columns, onChange }: ColumnChoiceProps) {
  const [key, setKey] = useState("");
  const others = [...new Set(["tags", ...columns.filter((name) => !(name in FACTS))])];
  const toggle = (name: string) => {
    const next = columns.includes(name) ? columns.filter((one) => one !== name) : [...columns, name];
    onChange(next.join() === DEFAULT_COLUMNS.join() ? [] : next);
  };
  return (
    <details className="menu">
      <summary className="button button-plain">Columns</summary>
      <div className="menu-body">
        {[...Object.keys(FACTS), ...others].map((name) => (
          <label key={name} className="facet-row">
            <input
              type="checkbox"
              checked={columns.includes(name)}
              disabled={columns.length === 1 && columns.includes(name)}
              onChange={() => toggle(name)}
            />
            <span className="facet-value">{FACTS[name]?.title ?? name}</span>
          </label>
        ))}
        <form
          className="search-box"
          onSubmit={(event) => {
            event.preventDefault();
            const name = key.trim().replaceAll(",", "");
            if (name && !columns.includes(name)) onChange([...columns, name]);
            setKey("");
          }}
        >
          <input
            aria-label="Key of the metadata"
            placeholder="energy, sample.name …"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
          <Button type="submit" icon="plus" label="Add this column">
            {null}
          </Button>
        </form>
        <Button kind="quiet" onClick={() => onChange([])}>
          The usual columns
        </Button>
      </div>
    </details>
  );
}
