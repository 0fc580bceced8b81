import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { getNotices, type Notice, seeNotices } from "../../api/notices";
import { when } from "../../components/format";
import { Icon } from "../../components/icons";
import { Empty } from "../../components/parts";
import { beamlineTopic, useTopic } from "../../live/hooks";
import { tellLoudly } from "./tell";

const SHOWN = 30;

interface News {
  unseen: number;
  newest: number;
}

const isNews = (payload: unknown): payload is News =>
  typeof payload === "object" && payload !== null && "unseen" in payload;

/** How many notices are new, and the list of them; what is looked at is new no more. */
export function Bell() {
  const [unseen, setUnseen] = useState(0);
  const [notices, setNotices] = useState<Notice[] | null>(null);
  const known = useRef<number | null>(null);
  useTopic(beamlineTopic("notices"), (payload) => {
    if (!isNews(payload)) return;
    setUnseen(payload.unseen);
    const isNew = known.current !== null && payload.newest > known.current;
    known.current = Math.max(known.current ?? 0, payload.newest);
    if (isNew) {
      void getNotices(1).then(
        ([newest]) => newest && tellLoudly(newest),
        () => undefined,
      );
    }
  });
  const open = () => {
    void getNotices(SHOWN).then(
      (found) => {
        setNotices(found);
        setUnseen(0);
        return seeNotices();
      },
      () => setNotices([]),
    );
  };
  const close = () => setNotices(null);
  const text = unseen ? `Notices, ${unseen} new` : "Notices";
  return (
    <>
      <button
        type="button"
        className="top-button bell"
        data-shortcut="notices"
        aria-label={text}
        aria-expanded={notices !== null}
        title={text}
        onClick={notices ? close : open}
      >
        <Icon name="bell" />
        {unseen > 0 && <span className="bell-count">{unseen > 99 ? "99+" : unseen}</span>}
      </button>
      <span className="visually-hidden" role="status">
        {unseen ? `${unseen} new notices` : ""}
      </span>
      {notices && <NoticeList notices={notices} onClose={close} />}
    </>
  );
}

function NoticeList({ notices, onClose }: { notices: Notice[]; onClose: () => void }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    box.current?.focus();
    const hear = (event: MouseEvent | KeyboardEvent) => {
      const isOutside = event instanceof MouseEvent && !box.current?.contains(event.target as Node);
      if (isOutside || (event instanceof KeyboardEvent && event.key === "Escape")) onClose();
    };
    const timer = window.setTimeout(() => document.addEventListener("click", hear));
    document.addEventListener("keydown", hear);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener("click", hear);
      document.removeEventListener("keydown", hear);
    };
  }, [onClose]);
  return (
    <section className="notice-list" aria-label="Notices" ref={box} tabIndex={-1}>
      {notices.length === 0 && <Empty>Nothing yet: failed items, held queues and mentions come here.</Empty>}
      <ul>
        {notices.map((notice) => (
          <li key={notice.uid} className={notice.seen_at ? "" : "notice-new"}>
            <Link to={notice.link || "/"} onClick={onClose}>
              {notice.title}
            </Link>
            {notice.text && <span className="notice-text">{notice.text}</span>}
            <span className="muted">
              {notice.beamline} · {when(notice.created_at)}
            </span>
          </li>
        ))}
      </ul>
      <p className="notice-foot">
        <a href="/account#notices">Sound, browser and e-mail</a>
      </p>
    </section>
  );
}
