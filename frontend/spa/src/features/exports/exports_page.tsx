import "../../styles/catalogue.css";
import { Link } from "react-router";
import { cancelJob, deleteJob, type ExportJob } from "../../api/exports";
import { plural, when } from "../../components/format";
import { Button, CopyButton, Empty, Loading, Problem, TableRegion, useAction } from "../../components/parts";
import { Page } from "../frame/page";
import { JobProgress } from "./job_progress";
import { isUnderWay, useJobs } from "./use_job";

/** The exports that one has ordered, the newest first, as they are being written. */
export default function ExportsPage() {
  const { jobs, error, refresh } = useJobs("all");
  const action = useAction();
  const act = (what: () => Promise<unknown>) => void action.run(what).then(refresh);
  return (
    <Page
      title="Exports"
      lead="Files that are written in the background. Order one on the page of a run, or of many in the list of runs."
    >
      {error && <Problem error={error} onRetry={refresh} />}
      {action.error && <Problem error={action.error} />}
      {!jobs && !error && <Loading what="your exports" />}
      {jobs?.length === 0 && (
        <Empty>
          You have ordered none. <Link to="/runs">Find runs</Link>, tick them and press Export.
        </Empty>
      )}
      {jobs && jobs.length > 0 && (
        <TableRegion className="card" label="Exports">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Ordered</th>
                <th scope="col">Runs</th>
                <th scope="col">Format</th>
                <th scope="col">State</th>
                <th scope="col">Kept until</th>
                <th scope="col">
                  <span className="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {jobs.map((job) => (
                <JobRow
                  key={job.uid}
                  job={job}
                  isBusy={action.isBusy}
                  onCancel={() => act(() => cancelJob(job.uid))}
                  onDelete={() => act(() => deleteJob(job.uid))}
                />
              ))}
            </tbody>
          </table>
        </TableRegion>
      )}
    </Page>
  );
}

interface JobRowProps {
  job: ExportJob;
  isBusy: boolean;
  onCancel: () => void;
  onDelete: () => void;
}

function JobRow({ job, isBusy, onCancel, onDelete }: JobRowProps) {
  const [only] = job.runs;
  return (
    <tr>
      <th scope="row">{when(job.created_at)}</th>
      <td>
        {job.runs.length === 1 && only ? (
          <Link to={`/runs/${only}`}>{only.slice(0, 8)}</Link>
        ) : (
          plural(job.runs.length, "run")
        )}
        {job.left_out.length > 0 && <span className="muted"> ({job.left_out.length} left out)</span>}
      </td>
      <td>{job.format}</td>
      <td>
        <JobProgress job={job} />
      </td>
      <td>{job.state === "done" ? when(job.expires_at) : ""}</td>
      <td>
        <span className="item-links">
          {job.link && (
            <CopyButton text={new URL(job.link, window.location.origin).href}>Copy link</CopyButton>
          )}
          {isUnderWay(job) ? (
            <Button kind="quiet" disabled={isBusy} onClick={onCancel}>
              Cancel
            </Button>
          ) : (
            <Button
              kind="quiet"
              icon="trash"
              disabled={isBusy}
              label={`Delete the export of ${when(job.created_at)}`}
              onClick={onDelete}
            >
              Delete
            </Button>
          )}
        </span>
      </td>
    </tr>
  );
}
