import { useState } from "react";
import { getValues, type Values } from "../../api/devices";
import { beamlineTopic, useLink, useTopic } from "../../live/hooks";
import { useResource } from "../../live/resource";

/** The status board: a snapshot by REST, then what the socket brings. */
export function useValues(beamline: string): {
  values: Values;
  isStale: boolean;
  isLoading: boolean;
  error: Error | null;
} {
  const link = useLink();
  const first = useResource(`values:${beamline}`, (signal) => getValues(beamline, signal));
  const [pushed, setPushed] = useState<Values>({});
  useTopic(beamlineTopic("pv"), (payload) => {
    const values = (payload as { values?: Values }).values;
    if (values) setPushed((before) => ({ ...before, ...values }));
  });
  return {
    values: { ...first.data, ...pushed },
    isStale: link.state === "delayed" || link.state === "offline",
    isLoading: first.isLoading,
    error: first.error,
  };
}
