import { useEffect, useState } from "react";
import { useLink } from "../../live/hooks";
import { lookForSession } from "../../live/session";

const LOOK_EVERY_MS = 2_000;

/** Says in sight of everybody that what is shown may no longer be so, and what to do about it. */
export function LinkBanner() {
  const { state, ageMs } = useLink();
  if (state === "refused") return <SignedOut />;
  if (state !== "offline" && state !== "delayed") return null;
  const age = ageMs === null || ageMs < 2_000 ? "" : ` for ${Math.floor(ageMs / 1000)} s`;
  return (
    <div className="link-banner" data-testid="link-banner">
      {state === "offline" ? `No connection to the server${age}.` : `Nothing new from the server${age}.`} What
      is shown may be out of date; nothing is lost, and the page goes on by itself. Pause and Abort are still
      tried.
    </div>
  );
}

/** The page stays as it is, with all that was typed, until the same person has signed in again. */
function SignedOut() {
  const [isOther, setOther] = useState(false);
  useEffect(() => {
    const look = () => {
      lookForSession().then(
        (found) => setOther(found === "somebody else"),
        () => setOther(false),
      );
    };
    const timer = window.setInterval(look, LOOK_EVERY_MS);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <div className="link-banner" role="alert" data-testid="link-banner">
      {isOther ? (
        <>
          Somebody else has signed in. <a href={window.location.pathname}>Load the page for them</a>; what was
          typed here is then gone.
        </>
      ) : (
        <>
          You are signed out. What was typed here stays.{" "}
          <a href="/login?next=/account" target="_blank" rel="noreferrer">
            Sign in again in another tab
          </a>
          ; this page then goes on by itself.
        </>
      )}
    </div>
  );
}
