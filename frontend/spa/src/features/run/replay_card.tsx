import { useEffect, useRef, useState } from "react";
import { getDocuments, type RunDetail, type RunDocument } from "../../api/runs";
import { duration } from "../../components/format";
import { Button, Card, Loading, Problem } from "../../components/parts";
import { useResource } from "../../live/resource";
import { LiveTable } from "../live/live_table";
import { RunPlot, usePlotData } from "../live/run_plot";
import { Replay } from "./replay";

const SPEEDS = [0.5, 1, 2, 5, 10, 50, 200];
const MOST_DOCUMENTS = 50_000;

/** Play the stored run through the parts of the live page, as fast as one likes. */
export function ReplayCard({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const documents = useResource(`replay:${run.uid}`, (signal) => allDocuments(run.uid, signal));
  return (
    <Card title="Replay" className="live-plot-card" actions={<Button onClick={onClose}>Close</Button>}>
      {documents.error && <Problem error={documents.error} onRetry={documents.refresh} />}
      {documents.isLoading && <Loading what="the documents" />}
      {documents.data && <Player run={run} documents={documents.data} />}
    </Card>
  );
}

async function allDocuments(uid: string, signal: AbortSignal): Promise<RunDocument[]> {
  const all: RunDocument[] = [];
  while (all.length < MOST_DOCUMENTS) {
    const found = await getDocuments(uid, all.at(-1)?.[0] ?? -1, signal);
    if (found.length === 0) break;
    all.push(...found);
  }
  return all;
}

function Player({ run, documents }: { run: RunDetail; documents: RunDocument[] }) {
  const replay = useRef<Replay>(null);
  replay.current ??= new Replay(run.uid, documents);
  const player = replay.current;
  const [isPlaying, setPlaying] = useState(true);
  const [speed, setSpeed] = useState(1);
  const [version, setVersion] = useState(0);
  const plot = usePlotData(player.buffer, version);
  useEffect(() => {
    if (!isPlaying) return;
    let before = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      player.advance(((now - before) / 1000) * speed);
      before = now;
      setVersion((count) => count + 1);
      if (player.isOver) setPlaying(false);
      else frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, speed, player]);
  const seek = (seconds: number) => {
    player.seek(seconds);
    setVersion((count) => count + 1);
  };
  return (
    <>
      <div className="figure-choices">
        <Button
          icon={isPlaying ? "pause" : "play"}
          onClick={() => {
            if (!isPlaying && player.isOver) seek(0);
            setPlaying(!isPlaying);
          }}
        >
          {isPlaying ? "Hold" : "Play"}
        </Button>
        <label className="inline">
          Speed
          <select value={speed} onChange={(event) => setSpeed(Number(event.target.value))}>
            {SPEEDS.map((times) => (
              <option key={times} value={times}>
                {times} ×
              </option>
            ))}
          </select>
        </label>
        <label className="inline replay-place">
          <span className="visually-hidden">Moment of the run</span>
          <input
            type="range"
            min={0}
            max={player.length}
            step="any"
            value={player.at}
            onChange={(event) => seek(Number(event.target.value))}
          />
          <span className="number" data-testid="replay-time">
            {duration(player.at)} of {duration(player.length)}
          </span>
        </label>
      </div>
      <RunPlot plot={plot} version={version} />
      <LiveTable run={player.buffer} version={version} />
    </>
  );
}
