import { when } from "../../components/format";
import { useBeamline } from "../../live/store";

/** What the staff of the beamline tell everybody, on every page, until they take it down. */
export function StaffNotice() {
  const notice = useBeamline().status?.notice;
  if (!notice) return null;
  return (
    <aside className="staff-notice" aria-label="Notice of the staff">
      <p role="status">
        <strong>{notice.text}</strong>{" "}
        <span className="staff-notice-by">
          {notice.by}, {when(notice.since)}
        </span>
      </p>
    </aside>
  );
}
