import { Link } from "react-router";
import type { DeviceValue } from "../../api/devices";
import { figure } from "../../components/format";
import { Badge, Empty, Loading, Problem } from "../../components/parts";
import { useValues } from "./values";

/** Key devices with their values; what is old is grey. */
export function DeviceBoard({ beamline }: { beamline: string }) {
  const { values, isStale, isLoading, error } = useValues(beamline);
  const names = Object.keys(values);
  if (error) return <Problem error={error} />;
  if (names.length === 0 && isLoading) return <Loading what="the values" />;
  if (names.length === 0)
    return <Empty>No values yet: they come when the worker has opened the beamline.</Empty>;
  return (
    <dl className="board">
      {names.map((name) => {
        const value = values[name];
        return value ? <Value key={name} name={name} value={value} isStale={isStale} /> : null;
      })}
    </dl>
  );
}

/** Five figures on a tile: a motor on its way does not make it wider. */
export function boardFigure(value: unknown): string {
  if (typeof value !== "number" || Number.isInteger(value)) return figure(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(5))) : figure(value);
}

function Value({ name, value, isStale }: { name: string; value: DeviceValue; isStale: boolean }) {
  return (
    <div className={isStale || value.stale ? "board-value is-stale" : "board-value"}>
      <dt>
        <Link to={`/devices/${name}`}>{name}</Link>
      </dt>
      <dd>
        <span className="number">{boardFigure(value.value)}</span>
        {value.units && <span className="units">{value.units}</span>}
        <Alarm alarm={value.alarm} />
      </dd>
    </div>
  );
}

const QUIET = new Set(["", "0", "none", "no_alarm", "no alarm", "ok"]);

export function Alarm({ alarm }: { alarm: DeviceValue["alarm"] }) {
  const text = String(alarm ?? "");
  if (QUIET.has(text.toLowerCase())) return null;
  return <Badge tone="warn">{text}</Badge>;
}
