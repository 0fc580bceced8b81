import { useState } from "react";
import { type ConsoleLine, getConsole } from "../../api/console";
import { when } from "../../components/format";
import { Empty, Problem } from "../../components/parts";
import { beamlineTopic, useTopic } from "../../live/hooks";
import { useResource } from "../../live/resource";

const KEPT = 2000;

/** Lines of the worker: what REST gave, and what came since. */
export function useConsole(beamline: string): {
  lines: ConsoleLine[];
  error: Error | null;
  isLoading: boolean;
} {
  const first = useResource(`console:${beamline}`, (signal) => getConsole(beamline, undefined, signal));
  const [pushed, setPushed] = useState<ConsoleLine[]>([]);
  useTopic(beamlineTopic("console"), (payload) => {
    const lines = (payload as { lines?: ConsoleLine[] }).lines;
    if (lines?.length) setPushed((before) => [...before, ...lines].slice(-KEPT));
    else first.refresh();
  });
  return {
    lines: merged(first.data?.lines ?? [], pushed),
    error: first.error,
    isLoading: first.isLoading,
  };
}

export function merged(fetched: ConsoleLine[], pushed: ConsoleLine[]): ConsoleLine[] {
  const bySeq = new Map(fetched.map((line) => [line.seq, line]));
  for (const line of pushed) bySeq.set(line.seq, line);
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq).slice(-KEPT);
}

export function Line({ line }: { line: ConsoleLine }) {
  return (
    <li className={`console-line console-${line.level.toLowerCase()}`}>
      <time>{when(line.at)}</time> <span className="console-level">{line.level}</span>{" "}
      <span>{line.text}</span>
    </li>
  );
}

export function ConsoleTail({ beamline, count }: { beamline: string; count: number }) {
  const { lines, error, isLoading } = useConsole(beamline);
  if (error) return <Problem error={error} />;
  if (!isLoading && lines.length === 0) return <Empty>The worker has written nothing yet.</Empty>;
  return (
    <ol className="console">
      {lines.slice(-count).map((line) => (
        <Line key={line.seq} line={line} />
      ))}
    </ol>
  );
}
