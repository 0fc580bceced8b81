import { Link } from "react-router";
import type { QueueItem } from "../../api/queue";
import { may } from "../../bootstrap";
import { duration, parametersLine, when } from "../../components/format";
import { Badge, Card, Empty, Loading, Problem, useAction } from "../../components/parts";
import { useBeamline } from "../../live/store";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { History } from "./history";
import { Pending } from "./pending";
import { QueueControls } from "./queue_controls";
import { type Act, useQueue } from "./queue_state";
import { TableCard } from "./table_card";

export default function QueuePage() {
  return withBeamline("Queue", (beamline) => <QueueOf beamline={beamline.name} />);
}

function QueueOf({ beamline }: { beamline: string }) {
  const queue = useQueue(beamline);
  const action = useAction();
  const act: Act = async (what) => {
    const isDone = await action.run(what);
    queue.refresh();
    return isDone;
  };
  const { data } = queue;
  return (
    <Page title="Queue" actions={data && <QueueControls beamline={beamline} queue={data} act={act} />}>
      {queue.error && <Problem error={queue.error} onRetry={queue.refresh} />}
      {action.error && <Problem error={action.error} />}
      {queue.isLoading && <Loading what="the queue" />}
      {data && (
        <>
          <Running item={data.running} />
          <Pending beamline={beamline} queue={data} act={act} isBusy={action.isBusy} />
        </>
      )}
      {may("queue:write") && <TableCard beamline={beamline} onAdded={queue.refresh} />}
      <History beamline={beamline} version={data?.version ?? 0} onCopied={queue.refresh} />
    </Page>
  );
}

function Running({ item }: { item: QueueItem | null }) {
  const { status } = useBeamline();
  const left =
    item && !item.hidden && status?.item?.uid === item.uid ? (status.progress?.eta_s ?? null) : null;
  return (
    <Card title="Running">
      {!item && <Empty>Nothing runs.</Empty>}
      {item?.hidden && <p className="muted">An item of another proposal runs.</p>}
      {item && !item.hidden && (
        <p className="running">
          <Badge tone="info">running</Badge> <strong>{item.plan}</strong>
          <span className="muted line-rest">{parametersLine(item.parameters)}</span>
          <span className="muted">
            {item.submitted_by} · {item.proposal} · since {when(item.started_at)}
            {left !== null && ` · ${duration(left)} left`}
          </span>
          <Link to="/live">Watch</Link>
        </p>
      )}
    </Card>
  );
}
