import { useEffect } from "react";
import { BrowserRouter } from "react-router";
import { getDashboard } from "../../api/dashboards";
import { bootstrap } from "../../bootstrap";
import { Loading, Problem } from "../../components/parts";
import { useNow } from "../../live/now";
import { useResource } from "../../live/resource";
import { BeamlineContext } from "../../live/store";
import { useBeamlineState } from "../frame/beamline_state";
import { Connection } from "../frame/connection";
import { StaffNotice } from "../frame/staff_notice";
import { Widgets } from "./board_page";

const REFRESH_MS = 10 * 60_000;

/** A board alone on a screen on the wall: keeps the screen awake and comes back by itself. */
export default function Kiosk({ slug }: { slug: string }) {
  const beamline = bootstrap.beamline?.name ?? "";
  const state = useBeamlineState();
  const board = useResource(`kiosk:${beamline}:${slug}`, (signal) => getDashboard(beamline, slug, signal));
  useAwake();
  const { refresh } = board;
  useEffect(() => {
    const timer = window.setInterval(refresh, REFRESH_MS);
    return () => window.clearInterval(timer);
  }, [refresh]);
  return (
    <BrowserRouter>
      <BeamlineContext value={state}>
        <main className="kiosk">
          <header className="kiosk-head">
            <h1>
              {bootstrap.beamline?.title} · {board.data?.title ?? ""}
            </h1>
            <Clock />
            <Connection />
          </header>
          <StaffNotice />
          {board.error && <Problem error={board.error} onRetry={refresh} />}
          {board.data ? (
            <Widgets beamline={beamline} widgets={board.data.widgets} />
          ) : (
            <Loading what="the board" />
          )}
        </main>
      </BeamlineContext>
    </BrowserRouter>
  );
}

function Clock() {
  const now = useNow(10_000);
  return <time>{now.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" })}</time>;
}

/** Ask the browser not to let the screen sleep, again each time that the page comes back to it. */
function useAwake(): void {
  useEffect(() => {
    const ask = () => {
      if (document.visibilityState === "visible")
        void navigator.wakeLock?.request("screen").catch(() => undefined);
    };
    ask();
    document.addEventListener("visibilitychange", ask);
    return () => document.removeEventListener("visibilitychange", ask);
  }, []);
}
