import type { ReactNode } from "react";
import { type BeamlineChoice, bootstrap } from "../../bootstrap";
import { Empty } from "../../components/parts";
import { Page } from "./page";

/** Pages about a beamline need one. */
export function withBeamline(title: string, page: (beamline: BeamlineChoice) => ReactNode): ReactNode {
  if (bootstrap.beamline) return page(bootstrap.beamline);
  return (
    <Page title={title}>
      <Empty>
        You are not a member of a proposal at any beamline yet. Ask the principal investigator or the beamline
        staff to add you.
      </Empty>
    </Page>
  );
}
