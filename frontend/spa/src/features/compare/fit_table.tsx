import { useState } from "react";
import type { Comparison } from "../../api/figures";
import { type FittedNumber, getFit, type Measured, type Model } from "../../api/fits";
import { figure } from "../../components/format";
import { Card, Empty, Loading, Problem, TableRegion } from "../../components/parts";
import { useResource } from "../../live/resource";

const MODELS: [Model, string][] = [
  ["gaussian", "Gaussian"],
  ["lorentzian", "Lorentzian"],
  ["voigt", "Voigt"],
  ["error_function", "error function"],
];
const NUMBERS = ["centre", "fwhm", "height"];

interface FitTableProps {
  drawn: Comparison;
  stream: string;
  per: string;
}

interface Row {
  label: string;
  uid: string;
  measured: Measured | null;
  problem: string;
}

/** One model fitted to each run by the server: the same numbers as on the live page. */
export function FitTable({ drawn, stream, per }: FitTableProps) {
  const [model, setModel] = useState<Model | "">("");
  const key = `${drawn.runs.map(({ uid }) => uid)}:${drawn.x}:${drawn.y}:${per}:${stream}:${model}`;
  const rows = useResource(model ? `fits:${key}` : null, (signal) =>
    Promise.all(
      drawn.runs.map(async ({ uid, label }): Promise<Row> => {
        const asked = {
          stream,
          x: drawn.x,
          y: drawn.y,
          monitor: per,
          isSlope: false,
          background: "linear",
        } as const;
        try {
          const measured = await getFit(uid, { ...asked, model: model || "gaussian" }, signal);
          return { uid, label, measured, problem: measured.fit?.message ?? "" };
        } catch (error) {
          if (signal.aborted) throw error;
          return {
            uid,
            label,
            measured: null,
            problem: error instanceof Error ? error.message : String(error),
          };
        }
      }),
    ),
  );
  return (
    <Card
      title="Fits"
      actions={
        <label className="inline">
          Model
          <select value={model} onChange={(event) => setModel(event.target.value as Model | "")}>
            <option value="">none</option>
            {MODELS.map(([name, text]) => (
              <option key={name} value={name}>
                {text}
              </option>
            ))}
          </select>
        </label>
      }
    >
      {!model && <Empty>Choose a model to fit each run with, over a straight background.</Empty>}
      {rows.error && <Problem error={rows.error} onRetry={rows.refresh} />}
      {rows.isLoading && <Loading what="the fits" />}
      {rows.data && (
        <TableRegion label="Fits of the runs">
          <table className="table table-numbers">
            <thead>
              <tr>
                <th scope="col">Run</th>
                {NUMBERS.map((name) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
                <th scope="col">R²</th>
                <th scope="col">Remark</th>
              </tr>
            </thead>
            <tbody>
              {rows.data.map(({ uid, label, measured, problem }) => (
                <tr key={uid}>
                  <th scope="row">
                    <bdi>{label}</bdi>
                  </th>
                  {NUMBERS.map((name) => (
                    <td key={name}>{numberText(measured?.fit?.numbers[name])}</td>
                  ))}
                  <td>{figure(measured?.fit?.r2)}</td>
                  <td className="muted">{problem}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableRegion>
      )}
    </Card>
  );
}

function numberText(number: FittedNumber | undefined): string {
  if (!number) return "–";
  const error = number.error === null ? "" : ` ± ${Number(number.error.toPrecision(2))}`;
  return `${figure(number.value)}${error}`;
}
