import { Link } from "react-router";
import { getItem, type VisibleItem } from "../../api/queue";
import { figure, takes } from "../../components/format";
import { Problem, StateBadge } from "../../components/parts";
import { beamlineTopic, useTopic } from "../../live/hooks";
import { useResource } from "../../live/resource";
import { useValues } from "../devices/values";

interface ItemOutcomeProps {
  beamline: string;
  uid: string;
  /** Devices whose values tell what the item did. */
  devices: string[];
}

/** What became of an item that takes no data: it is followed here, for there is no run to watch. */
export function ItemOutcome({ beamline, uid, devices }: ItemOutcomeProps) {
  const item = useResource(`outcome:${uid}`, (signal) => getItem(beamline, uid, signal));
  useTopic(beamlineTopic("queue"), () => item.refresh());
  useTopic(beamlineTopic("engine"), () => item.refresh());
  if (item.error) return <Problem error={item.error} onRetry={item.refresh} />;
  if (!item.data) return null;
  const { data } = item;
  return (
    <div className="outcome" role="status" data-testid="item-outcome">
      <p>
        <StateBadge state={data.state} /> {sentence(data)}
        {data.state === "failed" && (
          <>
            {" "}
            <Link to="/queue">See the history</Link>
          </>
        )}
      </p>
      {data.state === "completed" && <Values beamline={beamline} devices={devices} />}
    </div>
  );
}

/** What has happened to an item so far, in one sentence. */
export function sentence(item: VisibleItem): string {
  if (item.state === "queued") return `${item.plan} waits for its turn.`;
  if (item.state === "running") return `${item.plan} is on its way …`;
  const seconds = (Date.parse(item.finished_at ?? "") - Date.parse(item.started_at ?? "")) / 1000;
  const took = Number.isFinite(seconds) ? ` after ${takes(seconds)}` : "";
  if (item.state === "completed") return `${item.plan} is done${took}. It takes no data, so there is no run.`;
  return `${item.plan} did not end well${took}${item.reason ? `: ${item.reason}` : ""}`;
}

function Values({ beamline, devices }: { beamline: string; devices: string[] }) {
  const { values } = useValues(beamline);
  const known = devices.filter((name) => values[name]);
  if (known.length === 0) return null;
  return (
    <dl className="facts">
      {known.map((name) => (
        <div key={name} className="fact">
          <dt>{name} now</dt>
          <dd>
            {figure(values[name]?.value)} {values[name]?.units ?? ""}
          </dd>
        </div>
      ))}
    </dl>
  );
}
