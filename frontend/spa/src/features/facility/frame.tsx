import type { ReactNode } from "react";
import { NavLink } from "react-router";
import { may } from "../../bootstrap";
import { Page } from "../frame/page";

const PARTS: [path: string, text: string, scope: string][] = [
  ["/facility", "Facility", "audit:read"],
  ["/facility/visits", "Visits", "audit:read"],
  ["/facility/proposals", "Proposals", "account:manage"],
  ["/facility/people", "People", "account:manage"],
  ["/facility/beamlines", "Beamline", "audit:read"],
  ["/facility/why", "Why?", "audit:read"],
  ["/facility/audit", "Audit", "audit:read"],
  ["/facility/import", "Import", "account:manage"],
];

interface FacilityFrameProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page of the user office, with the way to its other pages. */
export function FacilityFrame({ title, lead, actions, children }: FacilityFrameProps) {
  return (
    <Page title={title} lead={lead} actions={actions}>
      <nav className="facility-nav" aria-label="Facility">
        {PARTS.filter(([, , scope]) => may(scope)).map(([path, text]) => (
          <NavLink key={path} to={path} end={path === "/facility"}>
            {text}
          </NavLink>
        ))}
      </nav>
      {children}
    </Page>
  );
}
