import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useNavigate } from "react-router";
import { Icon } from "../../components/icons";
import { useModal } from "../../components/parts";
import { answers, type Entry } from "./entries";
import { useEntries } from "./sources";

const WORDS: Record<Entry["kind"], string> = {
  page: "page",
  action: "do",
  preset: "preset",
  plan: "plan",
  device: "device",
  run: "run",
};

/** One field that finds everything: pages, plans, devices, runs, and what can be done here. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const box = useModal();
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState(0);
  const navigate = useNavigate();
  const id = useId();
  const shown = answers(useEntries(typed), typed);
  const current = Math.min(chosen, Math.max(0, shown.length - 1));
  useEffect(() => {
    document.getElementById(`${id}-${current}`)?.scrollIntoView({ block: "nearest" });
  }, [id, current]);

  const take = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    if (entry.to) void navigate(entry.to);
    else if (entry.act) window.setTimeout(entry.act);
  };
  const steer = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && shown.length > 0) {
      event.preventDefault();
      setChosen((current + (steps[event.key] ?? 0) + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(shown[current]);
    }
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a modal dialog by itself
    <dialog
      ref={box}
      className="dialog palette"
      aria-label="Find anything"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === box.current) onClose();
      }}
    >
      <input
        className="palette-field"
        type="text"
        role="combobox"
        aria-label="Find pages, plans, devices, runs and actions"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}-list`}
        aria-activedescendant={shown.length > 0 ? `${id}-${current}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        spellCheck={false}
        placeholder="A page, plan, device, run or action"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setChosen(0);
        }}
        onKeyDown={steer}
      />
      <div className="palette-list" id={`${id}-list`} role="listbox" aria-label="Found">
        {shown.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above steers the list by keyboard
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, which names the chosen option
          <div
            key={entry.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === current}
            className="palette-entry"
            onMouseMove={() => setChosen(index)}
            onClick={() => take(entry)}
          >
            <Icon name={entry.icon} />
            <strong>{entry.title}</strong>
            <span className="palette-detail">{entry.detail}</span>
            <span className="palette-kind">{WORDS[entry.kind]}</span>
          </div>
        ))}
      </div>
      {shown.length === 0 && <p className="empty">Nothing answers “{typed}”.</p>}
      <p className="palette-foot">
        <kbd>↑</kbd> <kbd>↓</kbd> choose · <kbd>Enter</kbd> take · <kbd>Esc</kbd> close
      </p>
    </dialog>
  );
}
