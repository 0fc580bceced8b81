/** A question as it is asked at a beamline, and its answer in steps. */
export interface Guide {
  question: string;
  steps: string[];
  to?: string;
  /** Only for those who may do it. */
  scope?: string;
}

export const GUIDE: Guide[] = [
  {
    question: "take a scan",
    steps: [
      "Press “Take control” at the top of the page.",
      "Choose a plan on Acquire, or one of its presets.",
      "Look at the preview: it is drawn before anything moves.",
      "Press “Run now”; the live plot opens by itself.",
    ],
    to: "/acquire",
    scope: "queue:write",
  },
  {
    question: "pause or stop what runs",
    steps: [
      "Press Pause at the top, or at the bottom of a phone. “Resume” goes on where it paused.",
      "Press Abort to end it: choose how, say why. What was measured is kept.",
    ],
    scope: "engine:stop",
  },
  {
    question: "get control from somebody else",
    steps: [
      "Press “Ask for control” and say what for. The holder sees it on every page.",
      "They press “Give”, or release control.",
      "Beamline staff can take over; the reason is kept in the audit log.",
    ],
    scope: "control:take",
  },
  {
    question: "measure many samples overnight",
    steps: [
      "Paste or upload a table on Queue: a row an item, a column a parameter.",
      "Mend the cells that are marked, then add all.",
      "Start the queue. It says how long it takes.",
    ],
    to: "/queue",
    scope: "queue:write",
  },
  {
    question: "find a run",
    steps: [
      "Press Ctrl and K on any page and type: a scan number, a sample, a plan.",
      "On Runs, narrow down with key:value, dates and the counts beside the list.",
      "The address of the page holds the search: send it to others.",
    ],
    to: "/runs",
  },
  {
    question: "take data home",
    steps: [
      "Open the run and choose a form under Export.",
      "For many runs tick them on Runs and export together.",
      "From a notebook use the Python client with an API key.",
    ],
    to: "/runs",
  },
  {
    question: "move a motor",
    steps: [
      "Open Devices and choose the motor.",
      "Type where to, or step by step with the jog buttons. “Stop” is always there.",
    ],
    to: "/devices",
    scope: "device:move",
  },
  {
    question: "write into the logbook",
    steps: [
      "Open Log, choose the proposal, write, attach pictures.",
      "@name tells somebody. Runs stand between the entries by themselves.",
    ],
    to: "/log",
  },
];
