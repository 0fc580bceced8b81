import { useEffect, useMemo, useState } from "react";
import { frameUrl } from "../../api/runs";
import { COLOUR_MAPS, type ColourMap } from "../../components/colours";
import { figure } from "../../components/format";
import { LinePlot } from "../../components/line_plot";
import { Card, Empty } from "../../components/parts";
import type { PaintWish, Region } from "../../live/frame_painter";
import type { FrameField } from "../../live/frames";
import { RegionBox, RegionFields } from "./region";
import { type Painting, usePainter } from "./use_painter";

/** More pixels than the card has to show them on; levels and regions of all of them come with the raw frame. */
const PREVIEW_SIDE = 640;
const STAGE_HEIGHT = 460;

interface FrameCardProps {
  uid: string;
  found: FrameField;
}

/** The newest frame of an area detector while it takes them, or the one that is chosen. */
export function FrameCard({ uid, found }: FrameCardProps) {
  const { stream, field, rows, columns, count } = found;
  const [chosen, setChosen] = useState<number | null>(null);
  const [wish, setWish] = useState<PaintWish>({ map: "viridis", isLog: false, low: null, high: null });
  const [region, setRegion] = useState<Region | null>(null);
  const [isRaw, setRaw] = useState(false);
  const last = count - 1;
  const index = chosen === null ? last : Math.min(chosen, last);
  // The intensity of a region is that of all its pixels.
  const size = isRaw || region ? undefined : PREVIEW_SIDE;
  const url = last < 0 ? null : frameUrl(uid, stream, field, index, { format: "npy", size });
  const { canvas, painting, problem } = usePainter(url, wish, region);
  const sums = useRegionSums(painting, region);
  return (
    <Card title={`Frames of ${field}`} className="frame-card">
      {last < 0 && <Empty>No frame yet.</Empty>}
      <div hidden={last < 0}>
        <FrameControls wish={wish} onWish={setWish} painting={painting} isRaw={isRaw} onRaw={setRaw} />
        <figure className="frame-figure">
          <div className="frame-stage" aria-hidden="true" style={{ width: stageWidth(rows, columns) }}>
            <canvas ref={canvas} className="frame-canvas" />
            <RegionBox rows={rows} columns={columns} region={region} onRegion={setRegion} />
          </div>
          {problem && (
            <p className="notice notice-warn">
              Frame {index + 1} cannot be shown: {problem}
            </p>
          )}
          <figcaption data-testid="frame-caption">{captionOf(field, index, last, painting)}</figcaption>
        </figure>
        <label className="inline frame-slider">
          Frame
          <input
            type="range"
            min={0}
            max={Math.max(0, last)}
            value={Math.max(0, index)}
            onChange={(event) => setChosen(Number(event.target.value))}
          />
        </label>
        <label className="inline">
          <input
            type="checkbox"
            checked={chosen === null}
            onChange={(event) => setChosen(event.target.checked ? null : index)}
          />
          Newest
        </label>
        <RegionFields
          rows={rows}
          columns={columns}
          region={region}
          onRegion={setRegion}
          sum={painting?.region}
        />
        {region && sums.length > 1 && <SumPlot sums={sums} />}
      </div>
    </Card>
  );
}

/** As wide as the card, but not higher than a screen. */
function stageWidth(rows: number, columns: number): string {
  return `min(100%, ${Math.round((STAGE_HEIGHT * columns) / rows) || STAGE_HEIGHT}px)`;
}

function captionOf(field: string, index: number, last: number, painting: Painting | null): string {
  const counted = (at: number) => `Frame ${at + 1} of ${last + 1}`;
  if (!painting) return `${counted(index)} of ${field}.`;
  const shown = Number(/\/(\d+)\?/.exec(painting.url)?.[1] ?? index);
  return `${counted(shown)} of ${field}, from ${figure(painting.low)} to ${figure(painting.high)}.`;
}

interface FrameControlsProps {
  wish: PaintWish;
  onWish: (wish: PaintWish) => void;
  painting: Painting | null;
  isRaw: boolean;
  onRaw: (isRaw: boolean) => void;
}

function FrameControls({ wish, onWish, painting, isRaw, onRaw }: FrameControlsProps) {
  const isFixed = wish.low !== null;
  const fix = (isOn: boolean) =>
    onWish({
      ...wish,
      low: isOn ? (painting?.low ?? 0) : null,
      high: isOn ? (painting?.high ?? 1) : null,
    });
  return (
    <div className="drawing-controls">
      <label className="inline">
        Colours
        <select
          aria-label="Colours"
          value={wish.map}
          onChange={(event) => onWish({ ...wish, map: event.target.value as ColourMap })}
        >
          {COLOUR_MAPS.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label className="inline">
        <input
          type="checkbox"
          checked={wish.isLog}
          onChange={(event) => onWish({ ...wish, isLog: event.target.checked })}
        />
        Log colours
      </label>
      <label className="inline">
        <input type="checkbox" checked={isFixed} onChange={(event) => fix(event.target.checked)} />
        Fixed levels
      </label>
      {isFixed && (
        <>
          <Level label="Darkest" value={wish.low} onValue={(low) => onWish({ ...wish, low })} />
          <Level label="Brightest" value={wish.high} onValue={(high) => onWish({ ...wish, high })} />
        </>
      )}
      <label className="inline">
        <input type="checkbox" checked={isRaw} onChange={(event) => onRaw(event.target.checked)} />
        All pixels
      </label>
    </div>
  );
}

interface LevelProps {
  label: string;
  value: number | null;
  onValue: (value: number) => void;
}

function Level({ label, value, onValue }: LevelProps) {
  return (
    <label className="inline">
      {label}
      <input
        type="number"
        className="number"
        step="any"
        value={value ?? 0}
        onChange={(event) => {
          if (Number.isFinite(event.target.valueAsNumber)) onValue(event.target.valueAsNumber);
        }}
      />
    </label>
  );
}

/** The intensity of the region in each frame that was seen since it was set, by frame number. */
function useRegionSums(painting: Painting | null, region: Region | null): [number, number][] {
  const key = JSON.stringify(region);
  const [kept, setKept] = useState<{ key: string; sums: Map<number, number> }>({ key, sums: new Map() });
  useEffect(() => {
    const index = Number(/\/(\d+)\?/.exec(painting?.url ?? "")?.[1] ?? Number.NaN);
    const sum = painting?.region?.sum;
    if (sum === undefined || !Number.isFinite(index)) return;
    setKept((before) => ({
      key,
      sums: new Map(before.key === key ? before.sums : []).set(index, sum),
    }));
  }, [painting, key]);
  return useMemo(() => (kept.key === key ? [...kept.sums].sort(([a], [b]) => a - b) : []), [kept, key]);
}

function SumPlot({ sums }: { sums: [number, number][] }) {
  return (
    <figure className="live-figure region-sums">
      <LinePlot
        data={[sums.map(([index]) => index + 1), sums.map(([, sum]) => sum)]}
        xLabel="frame"
        series={[{ label: "region" }]}
        version={sums.length}
        compact
      />
      <figcaption className="visually-hidden">Intensity of the region in {sums.length} frames.</figcaption>
    </figure>
  );
}
