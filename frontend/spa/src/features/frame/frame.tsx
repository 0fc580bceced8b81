import { lazy, type ReactNode, Suspense, useCallback, useState } from "react";
import { Link, NavLink, useLocation } from "react-router";
import { bootstrap, may } from "../../bootstrap";
import { Icon } from "../../components/icons";
import { BeamlineContext } from "../../live/store";
import { LookingAs } from "../facility/looking_as";
import { Bell } from "../notices/bell";
import { useBeamlineState } from "./beamline_state";
import { Connection } from "./connection";
import { PLACES } from "./places";
import { RunBar } from "./run_bar";
import { StaffNotice } from "./staff_notice";
import { StopStrip } from "./stop_strip";
import { chooseTheme, useTheme } from "./theme";
import { useShortcuts } from "./use_shortcuts";

const Palette = lazy(() => import("../palette/palette"));

function ThemeButton() {
  const { applied } = useTheme();
  const other = applied === "dark" ? "light" : "dark";
  return (
    <button
      type="button"
      className="top-button"
      onClick={() => chooseTheme(other)}
      aria-label={`Use the ${other} theme`}
      title={`Use the ${other} theme`}
    >
      <Icon name={applied === "dark" ? "sun" : "moon"} />
    </button>
  );
}

function BeamlineChoice() {
  const { pathname } = useLocation();
  if (bootstrap.beamlines.length < 2) {
    return <span className="beamline">{bootstrap.beamline?.title ?? "no beamline"}</span>;
  }
  return (
    <select
      className="beamline beamline-choice"
      aria-label="Beamline"
      value={bootstrap.beamline?.name ?? ""}
      onChange={(event) => {
        window.location.assign(`${pathname}?beamline=${encodeURIComponent(event.target.value)}`);
      }}
    >
      {bootstrap.beamlines.map((beamline) => (
        <option key={beamline.name} value={beamline.name}>
          {beamline.title}
        </option>
      ))}
    </select>
  );
}

function Navigation({ onGo }: { onGo: () => void }) {
  return (
    <ul>
      {PLACES.filter(({ scope, isAside }) => !isAside && (!scope || may(scope))).map(
        ({ path, text, icon }) => (
          <li key={path}>
            <NavLink to={path} end={path === "/"} onClick={onGo}>
              <Icon name={icon} />
              {text}
            </NavLink>
          </li>
        ),
      )}
    </ul>
  );
}

function SignOut() {
  return (
    <form method="post" action="/logout">
      <input type="hidden" name="csrfmiddlewaretoken" value={bootstrap.csrf_token} />
      <button type="submit" className="nav-button">
        Sign out
      </button>
    </form>
  );
}

/** What stays on every page: where one is, what the beamline does, and how to stop it. */
export function Frame({ children }: { children: ReactNode }) {
  const state = useBeamlineState();
  const [isOpen, setOpen] = useState(false);
  const [isFinding, setFinding] = useState(false);
  const find = useCallback(() => setFinding(true), []);
  useShortcuts(find);
  return (
    <BeamlineContext value={state}>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <LookingAs />
      <StaffNotice />
      <div className={isOpen ? "frame frame-nav-open" : "frame"}>
        <header className="top">
          <button
            type="button"
            className="top-button menu-button"
            aria-expanded={isOpen}
            aria-controls="navigation"
            aria-label="Menu"
            onClick={() => setOpen(!isOpen)}
          >
            <Icon name="menu" />
          </button>
          <Link to="/" className="brand">
            Beamport
          </Link>
          <BeamlineChoice />
          <span className="spring" />
          <button type="button" className="top-button top-find" title="Find anything" onClick={find}>
            <Icon name="search" />
            <span className="top-find-word">Find</span>
            <span className="top-keys">Ctrl K</span>
          </button>
          <Connection />
          <Bell />
          <ThemeButton />
          <a className="top-button top-user" href="/account" title="Account and API keys">
            <Icon name="user" />
            <span>{bootstrap.user.display_name || bootstrap.user.username}</span>
          </a>
        </header>
        <nav
          id="navigation"
          className="nav"
          aria-label="Pages"
          onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
        >
          <Navigation onGo={() => setOpen(false)} />
          <div className="nav-foot">
            <NavLink to="/help" onClick={() => setOpen(false)}>
              <Icon name="help" />
              Help
            </NavLink>
            <a href="/account/tokens">
              <Icon name="key" />
              API keys
            </a>
            <SignOut />
          </div>
        </nav>
        <RunBar />
        <StopStrip />
        {children}
        {isFinding && (
          <Suspense fallback={null}>
            <Palette onClose={() => setFinding(false)} />
          </Suspense>
        )}
      </div>
    </BeamlineContext>
  );
}
