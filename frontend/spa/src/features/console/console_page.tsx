import { useEffect, useRef, useState } from "react";
import type { ConsoleLine } from "../../api/console";
import { download } from "../../components/download";
import { Button, Empty, Loading, Problem, SearchInput } from "../../components/parts";
import { withBeamline } from "../frame/beamline_gate";
import { Page } from "../frame/page";
import { Line, useConsole } from "./console_lines";

const LEVELS = ["debug", "info", "warning", "error"];

export function atLeast(lines: ConsoleLine[], level: string): ConsoleLine[] {
  const lowest = LEVELS.indexOf(level);
  return lines.filter((line) => {
    const rank = LEVELS.indexOf(line.level.toLowerCase());
    return rank < 0 || rank >= lowest;
  });
}

/** Lines that hold all the words, in any order. */
export function withWords(lines: ConsoleLine[], words: string): ConsoleLine[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return lines.filter(({ text }) => wanted.every((word) => text.toLowerCase().includes(word)));
}

/** Lines as a text file has them: time in UTC, level, text. */
export function asText(lines: ConsoleLine[]): string {
  return lines.map(({ at, level, text }) => `${at} ${level.padEnd(8)} ${text}\n`).join("");
}

export default function ConsolePage() {
  return withBeamline("Console", (beamline) => <Console beamline={beamline.name} />);
}

function Console({ beamline }: { beamline: string }) {
  const { lines, error, isLoading } = useConsole(beamline);
  const [level, setLevel] = useState("debug");
  const [follows, setFollows] = useState(true);
  const box = useRef<HTMLOListElement>(null);
  const [words, setWords] = useState("");
  const shown = withWords(atLeast(lines, level), words);
  const last = shown.at(-1)?.seq;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new last line is what moves the view
  useEffect(() => {
    if (follows && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [last, follows]);
  return (
    <Page
      title="Console"
      lead="What the worker of the beamline writes."
      actions={
        <>
          <SearchInput label="Find in the lines" value={words} onChange={setWords} />
          <label className="inline">
            Level
            <select value={level} onChange={(event) => setLevel(event.target.value)}>
              {LEVELS.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          </label>
          <label className="inline">
            <input type="checkbox" checked={follows} onChange={(event) => setFollows(event.target.checked)} />
            Follow
          </label>
          <Button
            disabled={shown.length === 0}
            onClick={() => download(`console-${beamline}.txt`, asText(shown))}
          >
            Download
          </Button>
        </>
      }
    >
      {error && <Problem error={error} />}
      {isLoading && <Loading what="the console" />}
      {!isLoading && shown.length === 0 && (
        <Empty>
          {lines.length === 0
            ? "The worker has written nothing yet: a line comes when an item begins and when it ends."
            : "No line has this level and these words."}
        </Empty>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard */}
      <ol className="console console-page" ref={box} tabIndex={0} aria-label="Lines of the console">
        {shown.map((line) => (
          <Line key={line.seq} line={line} />
        ))}
      </ol>
    </Page>
  );
}
