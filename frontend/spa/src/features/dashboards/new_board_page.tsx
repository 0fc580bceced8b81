import { useNavigate } from "react-router";
import { saveDashboard } from "../../api/dashboards";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { BoardEditor } from "./editor";
import { slugOf } from "./slug";

const EMPTY = { slug: "", title: "", widgets: [], author: "", changed_at: null };

export default function NewBoardPage() {
  const navigate = useNavigate();
  return withBeamline("New board", (beamline) => (
    <Page title="New board" lead="A board is seen by everybody at the beamline.">
      <BoardEditor
        beamline={beamline.name}
        board={EMPTY}
        onClose={() => void navigate("/dashboards")}
        onSave={async (board) => {
          const slug = slugOf(board.title);
          await saveDashboard(beamline.name, slug, board);
          void navigate(`/dashboards/${slug}`);
        }}
      />
    </Page>
  ));
}
