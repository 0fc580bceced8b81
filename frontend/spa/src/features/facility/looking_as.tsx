import { useEffect } from "react";
import { request } from "../../api/client";
import { bootstrap } from "../../bootstrap";
import { when } from "../../components/format";
import { Button, Problem, useAction } from "../../components/parts";

/** Says on every page that support looks as somebody else, and ends it: by its button, or with its time. */
export function LookingAs() {
  const until = bootstrap.looking_as?.until;
  const { run, isBusy, error } = useAction();
  useEffect(() => {
    if (!until) return;
    const left = new Date(until).getTime() - Date.now();
    const timer = setTimeout(() => window.location.assign("/"), Math.max(1_000, left + 1_000));
    return () => clearTimeout(timer);
  }, [until]);
  if (!until) return null;
  const end = async () => {
    if (await run(() => request("impersonation", { method: "DELETE" })))
      window.location.assign("/facility/people");
  };
  return (
    <aside className="looking-as" aria-label="Looking as somebody else">
      <p>
        You look as <strong>{bootstrap.user.display_name || bootstrap.user.username}</strong>, until{" "}
        {when(until)}. Nothing can be changed.
      </p>
      <Button busy={isBusy} onClick={() => void end()}>
        Be yourself again
      </Button>
      {error && <Problem error={error} />}
    </aside>
  );
}
