import { useEffect, useState } from "react";
import { type DryRun, dryRun } from "../../api/plans";
import type { FieldErrors } from "./form_values";

const AFTER_MS = 350;

export interface DryRunState {
  answer: DryRun | null;
  error: Error | null;
  /** Parameters that were refused, with the reasons. */
  fields: FieldErrors;
  isWaiting: boolean;
}

const NOTHING: DryRunState = { answer: null, error: null, fields: {}, isWaiting: false };

/** Ask what the plan would do, a moment after the last change; not while something that is needed is missing. */
export function useDryRun(
  beamline: string,
  plan: string,
  parameters: Record<string, unknown>,
  isComplete: boolean,
): DryRunState {
  const [state, setState] = useState(NOTHING);
  const key = isComplete ? JSON.stringify(parameters) : "";
  useEffect(() => {
    if (!key) {
      setState(NOTHING);
      return;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, isWaiting: true }));
    const timer = window.setTimeout(() => {
      dryRun(beamline, { plan, parameters: JSON.parse(key) as Record<string, unknown> }, abort.signal).then(
        (answer) => setState(answered(answer)),
        (error: unknown) => {
          if (!abort.signal.aborted) setState({ ...NOTHING, error: error as Error });
        },
      );
    }, AFTER_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [beamline, plan, key]);
  return state;
}

export function answered(answer: DryRun): DryRunState {
  return answer.is_refused ? { ...NOTHING, fields: answer.fields ?? {} } : { ...NOTHING, answer };
}

/** Whether the plan was seen to its end and opened no run: there will be nothing to watch. */
export function takesNoData(answer: DryRun | null): boolean {
  return answer?.is_complete === true && answer.runs === 0;
}
