import { lazy, type ReactNode, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { Loading } from "./components/parts";
import { Frame } from "./features/frame/frame";
import { Page } from "./features/frame/page";
import { OverviewPage } from "./features/overview/overview_page";

const AcquirePage = lazy(() => import("./features/acquire/acquire_page"));
const PlanPage = lazy(() => import("./features/acquire/plan_page"));
const QueuePage = lazy(() => import("./features/queue/queue_page"));
const LivePage = lazy(() => import("./features/live/live_page"));
const RunsPage = lazy(() => import("./features/runs/runs_page"));
const RunPage = lazy(() => import("./features/run/run_page"));
const ComparePage = lazy(() => import("./features/compare/compare_page"));
const ExportsPage = lazy(() => import("./features/exports/exports_page"));
const DevicesPage = lazy(() => import("./features/devices/devices_page"));
const DevicePage = lazy(() => import("./features/devices/device_page"));
const ControlPage = lazy(() => import("./features/control/control_page"));
const LogPage = lazy(() => import("./features/log/log_page"));
const BoardPage = lazy(() => import("./features/dashboards/board_page"));
const NewBoardPage = lazy(() => import("./features/dashboards/new_board_page"));
const FacilityPage = lazy(() => import("./features/facility/facility_page"));
const SamplesPage = lazy(() => import("./features/samples/samples_page"));
const BuilderPage = lazy(() => import("./features/acquire/builder_page"));
const HelpPage = lazy(() => import("./features/help/help_page"));
const ConsolePage = lazy(() => import("./features/console/console_page"));

function Missing() {
  return (
    <Page title="No such page">
      <p className="empty">
        There is nothing at this address. <a href="/">Back to the overview</a>
      </p>
    </Page>
  );
}

const part = (page: ReactNode) => <Suspense fallback={<Loading what="the page" />}>{page}</Suspense>;

export function App() {
  return (
    <BrowserRouter>
      <Frame>
        <Routes>
          <Route path="/" element={<OverviewPage />} />
          <Route path="/acquire" element={part(<AcquirePage />)} />
          <Route path="/acquire/builder" element={part(<BuilderPage />)} />
          <Route path="/acquire/:plan" element={part(<PlanPage />)} />
          <Route path="/queue" element={part(<QueuePage />)} />
          <Route path="/live" element={part(<LivePage />)} />
          <Route path="/runs" element={part(<RunsPage />)} />
          <Route path="/runs/compare" element={part(<ComparePage />)} />
          <Route path="/exports" element={part(<ExportsPage />)} />
          <Route path="/runs/:uid" element={part(<RunPage />)} />
          <Route path="/devices" element={part(<DevicesPage />)} />
          <Route path="/devices/:name" element={part(<DevicePage />)} />
          <Route path="/control" element={part(<ControlPage />)} />
          <Route path="/console" element={part(<ConsolePage />)} />
          <Route path="/log" element={part(<LogPage />)} />
          <Route path="/dashboards" element={part(<BoardPage />)} />
          <Route path="/dashboards/new" element={part(<NewBoardPage />)} />
          <Route path="/dashboards/:slug" element={part(<BoardPage />)} />
          <Route path="/samples" element={part(<SamplesPage />)} />
          <Route path="/samples/:uid" element={part(<SamplesPage />)} />
          <Route path="/facility/*" element={part(<FacilityPage />)} />
          <Route path="/help" element={part(<HelpPage />)} />
          <Route path="*" element={<Missing />} />
        </Routes>
      </Frame>
    </BrowserRouter>
  );
}
