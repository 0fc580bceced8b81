const PATHS = {
  overview: "M3 12l9-8 9 8M5 10v10h5v-6h4v6h5V10",
  acquire: "M12 3v18M3 12h18M7 7l10 10M17 7L7 17",
  queue: "M4 6h11M4 12h11M4 18h11M19 4v12m0 0l-3-3m3 3l3-3",
  live: "M2 13h4l3-8 5 15 3-9 1 2h4",
  runs: "M4 5h16v4H4zM4 11h16v4H4zM4 17h16v3H4z",
  devices: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
  console: "M3 5h18v14H3zM7 10l3 2.500-3 2.500M12.500 15H17",
  control: "M4 7h9M17 7h3M15 5v4M4 12h3M11 12h9M9 10v4M4 17h11M19 17h1M17 15v4",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  pause: "M8 5v14M16 5v14",
  play: "M7 4.500l12 7.500-12 7.500z",
  stop: "M6 6h12v12H6z",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  search: "M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l5 5",
  menu: "M4 6h16M4 12h16M4 18h16",
  sun: "M12 8a4 4 0 100 8 4 4 0 000-8zM12 2v2M12 20v2M4 12H2M22 12h-2M5.600 5.600L4.200 4.200M19.800 19.800l-1.400-1.400M5.600 18.400l-1.400 1.400M19.800 4.200l-1.400 1.400",
  moon: "M20 14.500A8.500 8.500 0 019.500 4 8.500 8.500 0 1020 14.500z",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  download: "M12 4v11m0 0l-4-4m4 4l4-4M4 20h16",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  samples: "M9 3h6M10 3v6l-5 9a2 2 0 002 3h10a2 2 0 002-3l-5-9V3M7.500 15h9",
  facility: "M3 21h18M5 21V9l7-5 7 5v12M9 21v-6h6v6M9 11h.01M15 11h.01",
  user: "M12 4a4 4 0 100 8 4 4 0 000-8zM4 21c0-4 3.500-6 8-6s8 2 8 6",
  key: "M8 11a4 4 0 100 8 4 4 0 000-8zM11 12l9-9M17 6l3 3",
  help: "M12 3a9 9 0 100 18 9 9 0 000-18zM9.500 9.500a2.500 2.500 0 113.500 2.300c-.7.3-1 .8-1 1.700M12 16.500h.01",
  bell: "M6 17V11a6 6 0 1112 0v6l2 2H4zM10 21h4",
  log: "M6 3h12v18H6zM9 8h6M9 12h6M9 16h4",
  dashboard: "M3 4h8v9H3zM13 4h8v5h-8zM13 11h8v9h-8zM3 15h8v5H3z",
  warning: "M12 4l9.500 16h-19zM12 10v4.500M12 17.500h.01",
} as const;

export type IconName = keyof typeof PATHS;

/** A decorative line drawing; the text beside it carries the meaning. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
