import { useState } from "react";
import { getDocuments, type RunDetail, type RunDocument } from "../../api/runs";
import { Button, Card, Code, Problem, useAction } from "../../components/parts";

/** The documents as they are kept, fetched when asked for. */
export function Documents({ run }: { run: RunDetail }) {
  const [documents, setDocuments] = useState<RunDocument[]>([]);
  const [isWhole, setWhole] = useState(false);
  const action = useAction();
  const more = () =>
    void action.run(async () => {
      const since = documents.at(-1)?.[0] ?? -1;
      const found = await getDocuments(run.uid, since);
      setDocuments([...documents, ...found]);
      const last = found.at(-1)?.[0] ?? since;
      setWhole(found.length === 0 || last >= run.last_ordinal);
    });
  return (
    <Card title="Documents">
      {action.error && <Problem error={action.error} />}
      <ol className="documents">
        {documents.map(([ordinal, name, doc]) => (
          <li key={ordinal}>
            <details>
              <summary>
                <span className="number">{ordinal}</span> {name}
              </summary>
              <Code text={JSON.stringify(doc, null, 1)} />
            </details>
          </li>
        ))}
      </ol>
      {!isWhole && (
        <Button busy={action.isBusy} onClick={more}>
          {documents.length === 0 ? "Show the documents" : "Show more"}
        </Button>
      )}
    </Card>
  );
}
