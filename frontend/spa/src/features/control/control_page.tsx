import { duration, parametersLine, when } from "../../components/format";
import { Badge, Card, Empty } from "../../components/parts";
import { useNow } from "../../live/now";
import { useBeamline } from "../../live/store";
import { withBeamline } from "../frame/beamline_gate";
import { Control } from "../frame/control";
import { shownState } from "../frame/engine_state";
import { Page } from "../frame/page";
import { Watchers } from "../log/watchers";
import { EnvironmentCard } from "./environment_card";
import { LocksCard } from "./locks_card";
import { NoticeCard } from "./notice_card";

export default function ControlPage() {
  return withBeamline("Control", (beamline) => (
    <Page title="Control" lead={`For the staff of ${beamline.title}.`}>
      <NoticeCard beamline={beamline.name} />
      <EnvironmentCard beamline={beamline.name} />
      <Holder />
      <Engine />
      <Suspenders />
      <LocksCard beamline={beamline.name} />
    </Page>
  ));
}

function Holder() {
  const { status } = useBeamline();
  const lease = status?.control;
  return (
    <Card title="Who is in control" actions={status && <Control status={status} keeps={false} />}>
      {lease?.holder ? (
        <p>
          <strong>{lease.holder}</strong> since {when(lease.since)}, until {when(lease.expires_at)} unless
          kept
          {lease.note && `: ${lease.note}`}
        </p>
      ) : (
        <Empty>Control is free.</Empty>
      )}
      {lease?.requests && lease.requests.length > 0 && (
        <ul className="lines" aria-label="Who waits for control">
          {lease.requests.map(({ username, since, reason }) => (
            <li key={username}>
              <strong>{username}</strong>
              <span className="muted line-rest">
                asks since {when(since)}
                {reason && `: ${reason}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Watchers />
    </Card>
  );
}

function Engine() {
  const { status, failure } = useBeamline();
  const state = shownState(status);
  return (
    <Card title="Engine">
      <p>
        <Badge tone={state.tone}>{state.text}</Badge> {status?.message ?? failure ?? ""}
      </p>
    </Card>
  );
}

/** What holds plans, or would: as the manifest names it. */
function Suspenders() {
  const { status } = useBeamline();
  const found = status?.suspenders ?? [];
  const now = useNow(1_000).getTime() / 1000;
  return (
    <Card title="Suspenders">
      {found.length === 0 && (
        <Empty>None are told: the manifest names none, or the environment is closed.</Empty>
      )}
      <ul className="lines">
        {found.map((one) => (
          <li key={`${one.class} ${one.device}`}>
            <Badge tone={one.is_holding ? "bad" : "ok"}>{one.is_holding ? "holds plans" : "lets pass"}</Badge>
            <strong>{one.device}</strong>
            <span className="muted line-rest">
              {[one.class, parametersLine(one.settings ?? {})].filter(Boolean).join(": ")}
              {one.is_holding &&
                ` · ${one.reason}, since ${when(one.since)}, for ${duration(now - (one.since ?? now))}`}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
