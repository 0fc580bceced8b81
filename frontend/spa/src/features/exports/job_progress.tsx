import { type ExportJob, jobFileUrl } from "../../api/exports";
import { Icon } from "../../components/icons";
import { Badge, ProgressBar } from "../../components/parts";
import { percentOf, sizeText } from "./job_facts";

const TONES = {
  queued: "neutral",
  running: "info",
  done: "ok",
  failed: "bad",
  cancelled: "warn",
  expired: "neutral",
} as const;

/** How far an export is, and its file once there is one. */
export function JobProgress({ job }: { job: ExportJob }) {
  return (
    <span className="job-progress">
      <Badge tone={TONES[job.state] ?? "neutral"}>{job.state}</Badge>
      {job.state === "running" && (
        <>
          <ProgressBar percent={percentOf(job)} label={`Progress of the export as ${job.format}`} />
          <span className="muted">
            {job.rows.toLocaleString("en-GB")}
            {job.num_rows ? ` of ${job.num_rows.toLocaleString("en-GB")}` : ""} rows
          </span>
        </>
      )}
      {job.state === "done" && (
        <a className="button button-plain" href={jobFileUrl(job.uid)} download>
          <Icon name="download" />
          {sizeText(job.bytes)}
        </a>
      )}
      {job.problem && <span className="job-problem">{job.problem}</span>}
    </span>
  );
}
