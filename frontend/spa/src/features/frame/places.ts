import type { IconName } from "../../components/icons";

export interface Place {
  path: string;
  text: string;
  icon: IconName;
  /** What one has to be allowed for the page to be shown. */
  scope?: string;
  /** Second key behind `g`. */
  key: string;
  /** Stands in the palette and has its shortcut, not in the navigation. */
  isAside?: boolean;
}

/** Every page that can be gone to from every other one. */
export const PLACES: Place[] = [
  { path: "/", text: "Overview", icon: "overview", key: "o" },
  { path: "/acquire", text: "Acquire", icon: "acquire", key: "a" },
  { path: "/queue", text: "Queue", icon: "queue", key: "q" },
  { path: "/live", text: "Live", icon: "live", key: "l" },
  { path: "/runs", text: "Runs", icon: "runs", key: "r" },
  { path: "/exports", text: "Exports", icon: "download", key: "e", isAside: true },
  { path: "/devices", text: "Devices", icon: "devices", key: "d" },
  { path: "/dashboards", text: "Dashboards", icon: "dashboard", key: "b" },
  { path: "/samples", text: "Samples", icon: "samples", key: "s" },
  { path: "/log", text: "Log", icon: "log", key: "n" },
  { path: "/console", text: "Console", icon: "console", scope: "console:read", key: "c" },
  { path: "/control", text: "Control", icon: "control", scope: "environment:manage", key: "k" },
  { path: "/facility", text: "Facility", icon: "facility", scope: "audit:read", key: "f" },
  { path: "/help", text: "Help", icon: "help", key: "h", isAside: true },
];
