import { useMemo, useState } from "react";
import { type CheckedRow, type CheckedTable, checkTable, queueTable } from "../../api/tables";
import { plural, takes } from "../../components/format";
import { Button, Card, Field, Problem, TableRegion, useAction } from "../../components/parts";
import { ProposalField, rememberedProposal } from "../../components/proposal_field";
import { useTableCheck } from "./table_check";
import { cellsOf, faultsByPlace, shownRows, withCell } from "./table_text";

const MOST_ROWS = 100;
const EXAMPLE = "plan\tdetectors\tmotor\tstart\tstop\tnum\nscan\tdet\tsx\t-1\t3\t21";

interface TableCardProps {
  beamline: string;
  onAdded: () => void;
}

/** Many plans at once: a table is pasted or chosen, checked row by row, put right, and added as a whole. */
export function TableCard({ beamline, onAdded }: TableCardProps) {
  const [text, setText] = useState("");
  const [proposal, setProposal] = useState(rememberedProposal);
  const [added, setAdded] = useState("");
  const action = useAction();
  const check = useTableCheck(beamline, proposal, text);
  const { answer } = check;
  const isReady = answer !== null && answer.faulty === 0 && !check.isWaiting;
  const clear = () => {
    setText("");
    action.clear();
  };
  const choose = async (chosen: File | undefined) => {
    setAdded("");
    if (!chosen) return;
    const isText = /\.(csv|tsv|txt)$/i.test(chosen.name);
    if (isText) setText(await chosen.text());
    else await action.run(async () => setText((await checkTable(beamline, proposal, chosen)).text ?? ""));
  };
  const add = async () => {
    const count = answer?.rows.length ?? 0;
    if (await action.run(() => queueTable(beamline, proposal, text))) {
      clear();
      setAdded(`${plural(count, "item")} ${count === 1 ? "was" : "were"} added to the queue.`);
      onAdded();
    }
  };
  return (
    <Card
      title="Many at once, from a table"
      actions={
        <label className="button button-plain file-choice">
          Choose a file …
          <input
            type="file"
            className="visually-hidden"
            accept=".csv,.tsv,.txt,.xlsx"
            onChange={(event) => {
              void choose(event.target.files?.[0]);
              event.target.value = "";
            }}
          />
        </label>
      }
    >
      <Field
        label="Table"
        hint="Paste cells of a spreadsheet, or CSV: the first row names plan and parameters, as in the example."
      >
        {(ids) => (
          <textarea
            {...ids}
            className="table-text"
            rows={text ? 6 : 2}
            wrap="off"
            spellCheck={false}
            placeholder={EXAMPLE}
            value={text}
            onChange={(event) => {
              setAdded("");
              setText(event.target.value);
            }}
          />
        )}
      </Field>
      {text && (
        <div className="table-for">
          <ProposalField proposal={proposal} onProposal={setProposal} />
        </div>
      )}
      {check.error && <Problem error={check.error} />}
      {answer && (
        <>
          <p role="status" className={answer.faulty ? "table-verdict is-faulty" : "table-verdict"}>
            {verdict(answer)}
          </p>
          <Rows
            answer={answer}
            text={text}
            onCell={(line, column, content) => setText(withCell(text, line, column, content))}
          />
        </>
      )}
      {action.error && <Problem error={action.error} />}
      {text && (
        <div className="table-actions">
          <Button
            kind="primary"
            icon="plus"
            busy={action.isBusy}
            disabled={!isReady}
            onClick={() => void add()}
          >
            {answer ? `Add all ${answer.rows.length}` : "Add all"}
          </Button>
          <Button onClick={clear}>Discard</Button>
        </div>
      )}
      <p role="status" className="done">
        {added}
      </p>
    </Card>
  );
}

/** How many rows can run, and what they come to. */
export function verdict({ rows, faulty, points, estimated_s: seconds }: CheckedTable): string {
  const good = rows.length - faulty;
  if (faulty > 0) {
    const wrong = faulty === 1 ? "1 row cannot run" : `${faulty} rows cannot run`;
    return `${wrong}, ${good} can. Put the marked cells right; nothing is added before.`;
  }
  return [
    plural(good, "row"),
    points ? plural(points, "point") : "",
    seconds ? `about ${takes(seconds)}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

interface RowsProps {
  answer: CheckedTable;
  text: string;
  onCell: (line: number, column: number, content: string) => void;
}

function Rows({ answer, text, onCell }: RowsProps) {
  const cells = useMemo(() => cellsOf(text).lines, [text]);
  const columns = (cells[0] ?? []).map((name) => name.trim());
  const rows = shownRows(answer.rows, MOST_ROWS);
  return (
    <>
      <TableRegion label="Rows of the table" className="table-window">
        <table className="table sheet">
          <thead>
            <tr>
              <th scope="col">Line</th>
              {columns.map((name, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
                <th scope="col" key={place}>
                  {name}
                </th>
              ))}
              <th scope="col">Comes to</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <SheetRow
                key={row.line}
                row={row}
                columns={columns}
                cells={cells[row.line - 1] ?? []}
                onCell={onCell}
              />
            ))}
          </tbody>
        </table>
      </TableRegion>
      {rows.length < answer.rows.length && (
        <p className="muted">and {plural(answer.rows.length - rows.length, "row")} more, not drawn</p>
      )}
    </>
  );
}

interface SheetRowProps {
  row: CheckedRow;
  columns: string[];
  cells: string[];
  onCell: RowsProps["onCell"];
}

function SheetRow({ row, columns, cells, onCell }: SheetRowProps) {
  const faults = faultsByPlace(row, columns);
  return (
    <tr>
      <th scope="row">{row.line}</th>
      {columns.map((name, place) => (
        <SheetCell
          // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
          key={place}
          name={`${name || `column ${place + 1}`}, line ${row.line}`}
          content={cells[place] ?? ""}
          messages={faults.cells[name] ?? []}
          onChange={(content) => onCell(row.line, place, content)}
        />
      ))}
      <td>{faults.rest.length > 0 ? <Messages messages={faults.rest} /> : <span>{comesTo(row)}</span>}</td>
    </tr>
  );
}

function comesTo(row: CheckedRow): string {
  if (Object.keys(row.faults).length > 0) return "";
  return [row.points ? plural(row.points, "point") : "", row.estimated_s ? takes(row.estimated_s) : ""]
    .filter(Boolean)
    .join(", ");
}

interface SheetCellProps {
  name: string;
  content: string;
  messages: string[];
  onChange: (content: string) => void;
}

function SheetCell({ name, content, messages, onChange }: SheetCellProps) {
  const isBad = messages.length > 0;
  return (
    <td className={isBad ? "field-bad" : ""}>
      <input
        aria-label={name}
        aria-invalid={isBad || undefined}
        size={Math.max(6, Math.min(24, content.length + 1))}
        value={content}
        onChange={(event) => onChange(event.target.value)}
      />
      <Messages messages={messages} />
    </td>
  );
}

function Messages({ messages }: { messages: string[] }) {
  if (messages.length === 0) return null;
  return (
    <ul className="errors">
      {messages.map((message) => (
        <li key={message}>{message}</li>
      ))}
    </ul>
  );
}
