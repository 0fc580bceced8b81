import { useEffect, useMemo, useState } from "react";
import { getDevices } from "../../api/devices";
import { getPlans } from "../../api/plans";
import { getRuns } from "../../api/runs";
import { bootstrap, may, type Preset } from "../../bootstrap";
import { when } from "../../components/format";
import { useOffers } from "../../live/offers";
import { useResource } from "../../live/resource";
import { PLACES } from "../frame/places";
import { chooseTheme } from "../frame/theme";
import type { Entry } from "./entries";

const TYPING_PAUSE_MS = 200;
const MOST_RUNS = 5;

function pages(): Entry[] {
  const shown = PLACES.filter(({ scope }) => !scope || may(scope)).map(
    ({ path, text, icon }): Entry => ({ id: `page:${path}`, kind: "page", title: text, icon, to: path }),
  );
  const plain: Entry[] = [
    { id: "page:/account", kind: "page", title: "Account", icon: "user", act: () => leaveFor("/account") },
    {
      id: "page:/account/tokens",
      kind: "page",
      title: "API keys",
      icon: "key",
      act: () => leaveFor("/account/tokens"),
    },
  ];
  return [...shown, ...plain];
}

/** Pages that are plain templates are fetched whole. */
function leaveFor(path: string): void {
  window.location.assign(path);
}

/** The buttons that stand on the page now, by what they say. */
function buttons(): Entry[] {
  const found = [...document.querySelectorAll<HTMLButtonElement>("button[data-shortcut]:not(:disabled)")];
  return found.map((button) => ({
    id: `action:${button.dataset.shortcut}`,
    kind: "action",
    title: (button.getAttribute("aria-label") ?? button.textContent ?? "").trim(),
    icon: "play",
    act: () => button.click(),
  }));
}

function actions(): Entry[] {
  const themes = (["light", "dark", "auto"] as const).map(
    (choice): Entry => ({
      id: `action:theme-${choice}`,
      kind: "action",
      title: choice === "auto" ? "Theme as the system" : `Use the ${choice} theme`,
      icon: choice === "dark" ? "moon" : "sun",
      act: () => chooseTheme(choice),
    }),
  );
  const places = bootstrap.beamlines
    .filter(({ name }) => name !== bootstrap.beamline?.name)
    .map(
      ({ name, title }): Entry => ({
        id: `action:beamline-${name}`,
        kind: "action",
        title: `Change to ${title}`,
        icon: "overview",
        act: () => leaveFor(`/?beamline=${encodeURIComponent(name)}`),
      }),
    );
  return [...buttons(), ...places, ...themes];
}

function presetEntries(presets: Preset[]): Entry[] {
  return presets.map(({ name, title, plan }) => ({
    id: `preset:${name}`,
    kind: "preset",
    title,
    detail: plan,
    icon: "acquire",
    to: `/acquire/${encodeURIComponent(plan)}?preset=${encodeURIComponent(name)}`,
  }));
}

function usePlansAndDevices(): Entry[] {
  const beamline = bootstrap.beamline?.name ?? null;
  const plans = useResource(beamline && may("queue:read") ? `palette-plans:${beamline}` : null, (signal) =>
    getPlans(beamline ?? "", signal),
  );
  const devices = useResource(
    beamline && may("device:read") ? `palette-devices:${beamline}` : null,
    (signal) => getDevices(beamline ?? "", signal),
  );
  return useMemo(
    () => [
      ...(plans.data?.plans ?? []).map(
        ({ name, title }): Entry => ({
          id: `plan:${name}`,
          kind: "plan",
          title: name,
          detail: title,
          icon: "acquire",
          to: `/acquire/${encodeURIComponent(name)}`,
        }),
      ),
      ...Object.entries(devices.data ?? {}).map(
        ([name, { title, class: kind }]): Entry => ({
          id: `device:${name}`,
          kind: "device",
          title: name,
          detail: title ?? kind ?? "",
          icon: "devices",
          to: `/devices/${encodeURIComponent(name)}`,
        }),
      ),
    ],
    [plans.data, devices.data],
  );
}

/** The text once nothing has been typed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(text), TYPING_PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [text]);
  return settled;
}

function useRuns(typed: string): Entry[] {
  const wanted = useSettled(typed.trim());
  const found = useResource(wanted.length > 1 ? `palette-runs:${wanted}` : null, (signal) =>
    getRuns({ q: wanted, limit: MOST_RUNS }, signal),
  );
  const runs = (found.data?.results ?? []).map(
    ({ uid, scan_id, plan_name, time, sample }): Entry => ({
      id: `run:${uid}`,
      kind: "run",
      title: `${scan_id ?? uid.slice(0, 8)} ${plan_name}`,
      detail: [when(time), sample].filter(Boolean).join(" · "),
      icon: "runs",
      to: `/runs/${uid}`,
    }),
  );
  if (wanted.length < 2) return [];
  const all: Entry = {
    id: "run:search",
    kind: "run",
    title: `Search all runs for “${wanted}”`,
    icon: "search",
    to: `/runs?q=${encodeURIComponent(wanted)}`,
  };
  return [...runs, all];
}

/** All that can be gone to or done from here. */
export function useEntries(typed: string): Entry[] {
  const beamline = usePlansAndDevices();
  const runs = useRuns(typed);
  const { presets } = useOffers();
  const here = useMemo(() => [...pages(), ...actions(), ...presetEntries(presets)], [presets]);
  return useMemo(() => [...here, ...beamline, ...runs], [here, beamline, runs]);
}
