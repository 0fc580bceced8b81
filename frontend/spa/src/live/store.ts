import { createContext, useContext } from "react";
import type { EngineStatus } from "../api/status";

/** What the frame knows of the beamline, shared with every page. */
export interface BeamlineState {
  status: EngineStatus | null;
  failure: string | null;
  refresh: () => void;
}

export const BeamlineContext = createContext<BeamlineState>({
  status: null,
  failure: null,
  refresh: () => {},
});

export const useBeamline = (): BeamlineState => useContext(BeamlineContext);
