import type { Metadata } from "next";
import { Suspense } from "react";
import { countOpen } from "../../data/operations.ts";
import { getOutcomeChart, getPosture, getRecording, listToolUse } from "../../data/overview.ts";
import { getPerson } from "../../data/viewer.ts";
import { CHART_PANEL_CLASS, ChartPanel } from "../../overview/chart-panel.tsx";
import { OutcomesPanel } from "../../overview/outcomes-panel.tsx";
import { PosturePanel } from "../../overview/posture-panel.tsx";
import { RecordingPanel } from "../../overview/recording-panel.tsx";
import { ToolsPanel } from "../../overview/tools-panel.tsx";
import { loadScopeParams, type ScopeParams } from "../../scope/scope.ts";
import { timeWindowOf, type TimeWindow } from "../../time/time-window.ts";
import { WindowPicker } from "../../time/window-picker.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { Panel, PanelFallback } from "../../ui/panel.tsx";

export const metadata: Metadata = { title: "Overview" };

interface PanelProps {
  params: ScopeParams;
  window: TimeWindow;
}

export default async function OverviewPage({ searchParams }: PageProps<"/">) {
  await getPerson();
  const params = await loadScopeParams(searchParams);
  const props = { params, window: timeWindowOf(params, Date.now()) };
  return (
    <>
      <PageHeader title="Overview">
        <WindowPicker />
      </PageHeader>
      <div className="space-y-3">
        <Suspense fallback={<PanelFallback className="h-[21rem] md:h-[10.6rem] 2xl:h-[5.4rem]" />}>
          <Posture {...props} />
        </Suspense>
        <div className="grid gap-3 xl:grid-cols-[minmax(0,1fr)_20rem]">
          <div className="min-w-0 space-y-3">
            <Suspense fallback={<PanelFallback className={CHART_PANEL_CLASS} />}>
              <Chart {...props} />
            </Suspense>
            <Suspense fallback={<PanelFallback className="h-80" />}>
              <Tools {...props} />
            </Suspense>
          </div>
          <div className="grid content-start gap-3 sm:grid-cols-2 xl:grid-cols-1">
            <Suspense fallback={<PanelFallback className="h-[11.25rem]" />}>
              <Recording project={params.project} />
            </Suspense>
            <Suspense fallback={<PanelFallback className="h-80" />}>
              <Outcomes {...props} />
            </Suspense>
          </div>
        </div>
      </div>
    </>
  );
}

async function Posture({ params, window }: PanelProps) {
  const [posture, { unknown }] = await Promise.all([
    getPosture(params.project, window.from, window.to),
    countOpen(params.project),
  ]);
  return <PosturePanel posture={posture} toFindOut={unknown.count} params={params} />;
}

async function Chart({ params, window }: PanelProps) {
  const { buckets, bucketMs } = await getOutcomeChart({ project: params.project, ...window });
  if (buckets.every((bucket) => Object.keys(bucket.counts).length === 0)) {
    return (
      <Panel>
        <EmptyState filtered={false} />
      </Panel>
    );
  }
  return <ChartPanel buckets={buckets} bucketMs={bucketMs} />;
}

async function Tools({ params, window }: PanelProps) {
  const tools = await listToolUse({ project: params.project, ...window });
  return tools.length === 0 ? null : <ToolsPanel tools={tools} params={params} />;
}

async function Recording({ project }: { project: string }) {
  return <RecordingPanel recording={await getRecording(project)} />;
}

async function Outcomes({ params, window }: PanelProps) {
  const { now, weekBefore } = await getPosture(params.project, window.from, window.to);
  return now.calls === 0 ? null : <OutcomesPanel now={now} weekBefore={weekBefore} params={params} />;
}
