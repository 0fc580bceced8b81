// Written by `python -m config.typescript` from the OpenAPI schema: change that, then write it anew.

/** One column of a stream. */
export interface Column {
  key: string;
  dtype: string;
  shape: (number | null)[];
  units: string | null;
  precision: number | null;
  object_name: string;
  external: string;
}

/** A bounded count. */
export interface Count {
  value: number;
  /** there are more than value */
  capped: boolean;
}

/** What a device told over runs, the newest first. */
export interface DeviceHistory {
  key: string;
  units: string | null;
  keys: HistoryKey[];
  results: HistoryEntry[];
  next: string | null;
}

/** Peak and fit of one signal. */
export interface Fit {
  stream: string;
  x: string;
  y: string;
  units: Record<string, string>;
  /** that could be used */
  points: number;
  /** of y; null without points */
  mean: number | null;
  /** standard deviation of y from its mean; null with fewer than two points */
  deviation: number | null;
  peak: Peak | null;
  fit: FitResult | null;
}

/** What a fit found; not good: the message says why. */
export interface FitResult {
  model: string;
  background: string;
  is_good: boolean;
  message: string;
  /** centre, fwhm, height, sigma, gamma, offset, slope */
  numbers: Record<string, FittedNumber>;
  r2: number | null;
  points: number;
  /** the fitted line */
  x: number[];
  y: number[];
}

export interface FittedNumber {
  value: number;
  error: number | null;
}

/** What one run tells of a value. */
export interface HistoryEntry {
  uid: string;
  scan_id: number | null;
  plan_name: string;
  /** POSIX seconds */
  time: number;
  exit_status: string | null;
  stream: string;
  first: unknown | null;
  last: unknown | null;
}

/** A value of a device that runs tell. */
export interface HistoryKey {
  key: string;
  units: string | null;
  /** of the configuration, not of the readings */
  is_setting: boolean;
}

/** The highest point and its sides. */
export interface Peak {
  max_x: number;
  max_y: number;
  min_y: number;
  /** above the lowest point */
  centre_of_mass: number;
  fwhm: number | null;
  /** middle between the half heights */
  centre: number | null;
}

/** One page of runs. */
export interface RunPage {
  results: RunSummary[];
  next: string | null;
  count: Count;
}

/** The facts of one run that a list shows. */
export interface RunSummary {
  uid: string;
  scan_id: number | null;
  plan_name: string;
  /** POSIX seconds */
  time: number;
  stop_time: number | null;
  exit_status: string | null;
  reason: string;
  beamline: string;
  proposal: string | null;
  username: string;
  num_events: Record<string, number>;
  num_points: number | null;
  motors: string[];
  detectors: string[];
  sample: string;
  title: string;
  /** values of the keys asked for by show */
  shown?: Record<string, unknown>;
}
