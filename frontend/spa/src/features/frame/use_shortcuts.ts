import { useEffect, useRef } from "react";
import { useNavigate } from "react-router";
import { hasSingleKeys, isTyping, type Shortcut, step } from "./shortcuts";
import { chooseTheme, useTheme } from "./theme";

const SECOND_KEY_WITHIN_MS = 1_500;

function press(name: string): void {
  document.querySelector<HTMLButtonElement>(`[data-shortcut="${name}"]:not(:disabled)`)?.click();
}

function goToSearch(): void {
  const field = document.querySelector<HTMLInputElement>("main input[type='search']");
  field?.focus();
  field?.select();
}

/** Hear the keys of the whole page and do what they stand for. */
export function useShortcuts(openPalette: () => void): void {
  const navigate = useNavigate();
  const { applied } = useTheme();
  const latest = useRef<(shortcut: Shortcut) => void>(() => {});
  useEffect(() => {
    latest.current = ({ to, presses, does }) => {
      if (to) void navigate(to);
      else if (presses) press(presses);
      else if (does === "palette") openPalette();
      else if (does === "search") goToSearch();
      else if (does === "theme") chooseTheme(applied === "dark" ? "light" : "dark");
    };
  });
  useEffect(() => {
    let pending = "";
    let pendingAt = 0;
    const hear = (event: KeyboardEvent) => {
      const isCommand = event.ctrlKey || event.metaKey;
      const isBusy = isTyping(event.target) || document.querySelector("dialog[open]") !== null;
      if (event.defaultPrevented || event.repeat || (isBusy && !isCommand)) return;
      const isFresh = event.timeStamp - pendingAt < SECOND_KEY_WITHIN_MS;
      const result = step(isFresh ? pending : "", event, hasSingleKeys());
      pending = result.pending;
      pendingAt = event.timeStamp;
      if (!result.shortcut) return;
      event.preventDefault();
      latest.current(result.shortcut);
    };
    window.addEventListener("keydown", hear);
    return () => window.removeEventListener("keydown", hear);
  }, []);
}
