import type { Metadata } from "next";
import { Suspense } from "react";
import {
  callQuery,
  hasFilter,
  loadCallParams,
  loadContrastParams,
  type CallParams,
} from "../../../calls/call-params.ts";
import { CallSearch } from "../../../calls/call-search.tsx";
import { CallsTable } from "../../../calls/calls-table.tsx";
import { CallsToolbar } from "../../../calls/calls-toolbar.tsx";
import { ContrastPanel } from "../../../calls/contrast-panel.tsx";
import { FacetPanel } from "../../../calls/facet-panel.tsx";
import { LazyOutcomeChart } from "../../../charts/lazy-outcome-chart.tsx";
import { countCallRows, getCallChart, getCallContrast, listCallFacets, listCallRows } from "../../../data/calls.ts";
import { inTime } from "../../../data/in-time.ts";
import { listViews } from "../../../data/views.ts";
import { getPerson } from "../../../data/viewer.ts";
import { hasFixedWindow, timeWindowOf } from "../../../time/time-window.ts";
import { WindowPicker } from "../../../time/window-picker.tsx";
import { CountLabel } from "../../../ui/count-label.tsx";
import { EmptyState } from "../../../ui/empty-state.tsx";
import { PageHeader } from "../../../ui/page-header.tsx";
import { TooSlow } from "../../../ui/too-slow.tsx";
import { Panel, PanelFallback } from "../../../ui/panel.tsx";

export const metadata: Metadata = { title: "Calls" };

const CHART_PX = 96;
const DAY_MS = 24 * 60 * 60_000;

function windowMs(params: CallParams): number {
  const { from, to } = timeWindowOf(params, Date.now());
  return to - from;
}

export default async function CallsPage({ searchParams }: PageProps<"/calls">) {
  await getPerson();
  const params = await loadCallParams(searchParams);
  const { differs } = await loadContrastParams(searchParams);
  const query = callQuery(params);
  return (
    <>
      <PageHeader
        title={
          <>
            Calls{" "}
            <Suspense key={query} fallback={null}>
              <Count params={params} />
            </Suspense>
          </>
        }
      >
        <WindowPicker />
      </PageHeader>
      <div className="mb-3 flex flex-wrap items-start gap-2 max-sm:flex-col max-sm:items-stretch">
        <CallSearch />
        <CallsToolbar
          canFollow={!hasFixedWindow(params)}
          isNarrowed={hasFilter(params)}
          views={await listViews(params.project, "calls")}
        />
      </div>
      <Suspense fallback={<PanelFallback className="mb-3 h-[7.5rem]" />}>
        <Histogram params={params} />
      </Suspense>
      {differs && hasFilter(params) ? (
        <Suspense key={query} fallback={<PanelFallback className="mb-3 h-40" />}>
          <Contrast params={params} />
        </Suspense>
      ) : null}
      <div className="items-start gap-3 lg:grid lg:grid-cols-[13.5rem_minmax(0,1fr)]">
        <details className="mb-3 rounded-lg border border-line bg-surface lg:hidden">
          <summary className="px-4 py-2 font-medium">Facets</summary>
          <Facets params={params} />
        </details>
        <aside aria-label="Facets" className="rounded-lg border border-line bg-surface max-lg:hidden">
          <Facets params={params} />
        </aside>
        <Suspense fallback={<PanelFallback className="h-[calc(100dvh-11rem)] min-h-80" />}>
          <Rows params={params} query={query} />
        </Suspense>
      </div>
    </>
  );
}

async function Count({ params }: { params: CallParams }) {
  const count = await inTime(countCallRows(params));
  return count === undefined ? null : <CountLabel {...count} />;
}

async function Histogram({ params }: { params: CallParams }) {
  const chart = await inTime(getCallChart(params));
  if (chart === undefined) {
    return (
      <Panel className="mb-3 h-[7.5rem] pt-3">
        <TooSlow what="Drawing these calls over time" />
      </Panel>
    );
  }
  const { buckets, bucketMs, countedFromMs } = chart;
  return (
    <Panel className="mb-3 h-[7.5rem] pt-3">
      <LazyOutcomeChart buckets={buckets} bucketMs={bucketMs} heightPx={CHART_PX} countedFromMs={countedFromMs} />
    </Panel>
  );
}

async function Contrast({ params }: { params: CallParams }) {
  const contrast = await inTime(getCallContrast(params));
  if (contrast !== undefined) return <ContrastPanel contrast={contrast} />;
  return (
    <Panel className="mb-3 pt-3">
      <TooSlow what="Holding these calls against the others" />
    </Panel>
  );
}

function Facets({ params }: { params: CallParams }) {
  return (
    <Suspense fallback={<div aria-busy="true" className="h-96" />}>
      <FacetList params={params} />
    </Suspense>
  );
}

async function FacetList({ params }: { params: CallParams }) {
  const facets = await inTime(listCallFacets(params));
  if (facets === undefined) return <TooSlow what="Counting these" />;
  return (
    <div className="divide-y divide-line px-1.5">
      {facets.map((facet) => (
        <FacetPanel key={facet.name} facet={facet} />
      ))}
    </div>
  );
}

async function Rows({ params, query }: { params: CallParams; query: string }) {
  const first = await inTime(listCallRows(params));
  if (first === undefined) {
    return (
      <Panel>
        <TooSlow what="Finding these calls" />
      </Panel>
    );
  }
  return (
    <section aria-label="Rows" className="min-w-0 overflow-hidden rounded-lg border border-line bg-surface">
      {first.rows.length === 0 && first.nextCursor === null ? (
        <EmptyState filtered={hasFilter(params)} />
      ) : (
        // Rows begin anew where the question changed, or where it was asked again.
        <CallsTable
          key={`${query} ${first.rows[0]?.id}`}
          first={first}
          query={query}
          showDate={windowMs(params) > DAY_MS}
        />
      )}
    </section>
  );
}
