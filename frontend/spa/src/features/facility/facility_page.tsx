import "../../styles/facility.css";
import { Route, Routes } from "react-router";
import { AuditPage } from "./audit";
import { BeamlinePage } from "./beamline";
import { ImportPage } from "./import_page";
import { NewVisitPage } from "./new_visit";
import { FacilityOverview } from "./overview";
import { PeoplePage } from "./people";
import { ProposalPage } from "./proposal_page";
import { ProposalsPage } from "./proposals";
import { VisitPage } from "./visit_page";
import { VisitsPage } from "./visits";
import { WhyPage } from "./why";

/** The pages of the user office; who may open which is checked by the server for each address. */
export default function FacilityPage() {
  return (
    <Routes>
      <Route index element={<FacilityOverview />} />
      <Route path="visits" element={<VisitsPage />} />
      <Route path="visits/new" element={<NewVisitPage />} />
      <Route path="visits/:visit" element={<VisitPage />} />
      <Route path="proposals" element={<ProposalsPage />} />
      <Route path="proposals/:number" element={<ProposalPage />} />
      <Route path="people" element={<PeoplePage />} />
      <Route path="beamlines" element={<BeamlinePage />} />
      <Route path="why" element={<WhyPage />} />
      <Route path="audit" element={<AuditPage />} />
      <Route path="import" element={<ImportPage />} />
    </Routes>
  );
}
