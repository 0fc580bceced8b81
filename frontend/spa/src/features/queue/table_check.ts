import { useEffect, useState } from "react";
import { type CheckedTable, checkTable } from "../../api/tables";

const AFTER_MS = 400;

export interface TableCheck {
  answer: CheckedTable | null;
  error: Error | null;
  /** The answer is not about what stands there now. */
  isWaiting: boolean;
}

const NOTHING: TableCheck = { answer: null, error: null, isWaiting: false };

/** Have the server check a table, a moment after its last change; the last answer stays until the next. */
export function useTableCheck(beamline: string, proposal: string, table: string): TableCheck {
  const [state, setState] = useState(NOTHING);
  useEffect(() => {
    if (table.trim() === "") {
      setState(NOTHING);
      return;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, isWaiting: true }));
    const timer = window.setTimeout(() => {
      checkTable(beamline, proposal, table, abort.signal).then(
        (answer) => setState({ answer, error: null, isWaiting: false }),
        (error: Error) => {
          if (!abort.signal.aborted) setState({ ...NOTHING, error });
        },
      );
    }, AFTER_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [beamline, proposal, table]);
  return state;
}
