import { type ReactNode, useEffect, useRef } from "react";

interface PageProps {
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  lead?: ReactNode;
}

let isFirst = true;

/** The main region: title of the page and of the tab; takes the focus when one page follows another. */
export function Page({ title, children, actions, lead }: PageProps) {
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${title} · Beamport`;
  }, [title]);
  useEffect(() => {
    if (!isFirst) main.current?.focus({ preventScroll: true });
    isFirst = false;
    window.scrollTo(0, 0);
  }, []);
  return (
    <main id="main" className="page" tabIndex={-1} ref={main}>
      <header className="page-head">
        <div>
          <h1>{title}</h1>
          {lead && <p className="lead">{lead}</p>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </main>
  );
}
