/** What the server says about the page it has just sent, before the first REST call. */

export interface BeamlineChoice {
  name: string;
  title: string;
  time_zone?: string;
}

export interface ProposalChoice {
  number: string;
  title: string;
}

/** A measurement that the staff prepared. */
export interface Preset {
  name: string;
  title: string;
  plan: string;
  parameters: Record<string, unknown>;
}

export interface Bootstrap {
  user: { username: string; display_name: string };
  beamline: BeamlineChoice | null;
  beamlines: BeamlineChoice[];
  proposals: ProposalChoice[];
  presets: Preset[];
  /** JSON schema of the metadata that the beamline asks for. */
  metadata_schema: Record<string, unknown>;
  scopes: string[];
  csrf_token: string;
  /** Until when support looks as this person; null when one is oneself. */
  looking_as: { until: string } | null;
  /** API key that a screen without a session asks with. */
  key?: string;
}

const EMPTY: Bootstrap = {
  user: { username: "", display_name: "" },
  beamline: null,
  beamlines: [],
  proposals: [],
  presets: [],
  metadata_schema: {},
  scopes: [],
  csrf_token: "",
  looking_as: null,
};

export function readBootstrap(root: ParentNode = document): Bootstrap {
  const holder = root.querySelector("#bootstrap");
  if (!holder?.textContent) return EMPTY;
  return { ...EMPTY, ...(JSON.parse(holder.textContent) as Partial<Bootstrap>) };
}

export const bootstrap: Bootstrap = readBootstrap();

export function may(scope: string): boolean {
  return bootstrap.scopes.includes(scope);
}
