import { useState } from "react";
import { Link, NavLink, useNavigate, useParams } from "react-router";
import { deleteDashboard, getDashboard, getDashboards, saveDashboard } from "../../api/dashboards";
import { may } from "../../bootstrap";
import { Button, Loading, Problem, useAction } from "../../components/parts";
import { useResource } from "../../live/resource";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { BoardEditor } from "./editor";
import { Widget } from "./widget";

export default function BoardPage() {
  const { slug = "status" } = useParams();
  return withBeamline("Dashboards", (beamline) => <Board key={slug} beamline={beamline.name} slug={slug} />);
}

function Board({ beamline, slug }: { beamline: string; slug: string }) {
  const board = useResource(`board:${beamline}:${slug}`, (signal) => getDashboard(beamline, slug, signal));
  const boards = useResource(`boards:${beamline}`, (signal) => getDashboards(beamline, signal));
  const [isEditing, setEditing] = useState(false);
  const navigate = useNavigate();
  const action = useAction();
  if (!board.data) {
    return (
      <Page title="Dashboard">
        {board.error ? <Problem error={board.error} onRetry={board.refresh} /> : <Loading what="the board" />}
      </Page>
    );
  }
  const { title, widgets } = board.data;
  const remove = async () => {
    if (!(await action.run(() => deleteDashboard(beamline, slug)))) return;
    setEditing(false);
    if (slug === "status") board.refresh();
    else void navigate("/dashboards");
    boards.refresh();
  };
  return (
    <Page
      title={title}
      actions={
        <>
          <a className="button button-plain" href={`/kiosk/${slug}?beamline=${encodeURIComponent(beamline)}`}>
            Kiosk
          </a>
          {may("environment:manage") && (
            <>
              <Button icon="edit" expanded={isEditing} onClick={() => setEditing(!isEditing)}>
                Edit
              </Button>
              <Link className="button button-plain" to="/dashboards/new">
                New board
              </Link>
            </>
          )}
        </>
      }
    >
      <nav className="board-tabs" aria-label="Boards">
        {boards.data?.map((one) => (
          <NavLink key={one.slug} to={`/dashboards/${one.slug}`}>
            {one.title}
          </NavLink>
        ))}
      </nav>
      {action.error && <Problem error={action.error} />}
      {isEditing && (
        <BoardEditor
          beamline={beamline}
          board={board.data}
          onClose={() => setEditing(false)}
          onRemove={board.data.author ? () => void remove() : undefined}
          onSave={async (next) => {
            await saveDashboard(beamline, slug, next);
            board.refresh();
            boards.refresh();
            setEditing(false);
          }}
        />
      )}
      <Widgets beamline={beamline} widgets={widgets} />
    </Page>
  );
}

export function Widgets({
  beamline,
  widgets,
}: {
  beamline: string;
  widgets: Parameters<typeof Widget>[0]["widget"][];
}) {
  return (
    <div className="widgets">
      {widgets.map((widget, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: widgets have no other name, and are drawn anew as a whole
        <Widget key={index} widget={widget} beamline={beamline} />
      ))}
    </div>
  );
}
