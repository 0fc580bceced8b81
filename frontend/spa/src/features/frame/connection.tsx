import type { LinkState } from "../../live/client";
import { useLink } from "../../live/hooks";
import { LinkBanner } from "../live/link_banner";

const WORDS: Record<LinkState, string> = {
  connecting: "connecting",
  live: "live",
  delayed: "delayed",
  offline: "offline",
  refused: "signed out",
};

/** Age of the connection: the number of seconds since the server was last heard, once it is late. */
export function Connection() {
  const { state, ageMs } = useLink();
  const age =
    ageMs !== null && (state === "delayed" || state === "offline") ? ` ${Math.floor(ageMs / 1000)} s` : "";
  return (
    <>
      <span className={`connection connection-${state}`} title="Connection to the server">
        <span className="connection-dot" aria-hidden="true" />
        <span className="connection-text">
          {WORDS[state]}
          {age}
        </span>
      </span>
      <span className="visually-hidden" role="status">
        {state === "live" ? "" : `Connection: ${WORDS[state]}`}
      </span>
      <LinkBanner />
    </>
  );
}
