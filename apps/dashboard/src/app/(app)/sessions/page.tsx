import type { Metadata } from "next";
import { Suspense } from "react";
import { countSessionRows, listSessionFacets, listSessionRows } from "../../../data/sessions.ts";
import { getPerson } from "../../../data/viewer.ts";
import { listViews } from "../../../data/views.ts";
import type { SessionFacet } from "../../../sessions/session-facet.ts";
import { SessionFacetPanel } from "../../../sessions/session-facet-panel.tsx";
import {
  loadSessionParams,
  sessionFiltersOf,
  sessionQuery,
  type SessionParams,
} from "../../../sessions/session-params.ts";
import { SessionSearch } from "../../../sessions/session-search.tsx";
import { SessionColumnChooser, SessionsTable } from "../../../sessions/sessions-table.tsx";
import { scopeQuery } from "../../../scope/scope.ts";
import { WindowPicker } from "../../../time/window-picker.tsx";
import { CountLabel } from "../../../ui/count-label.tsx";
import { EmptyState } from "../../../ui/empty-state.tsx";
import { PageHeader } from "../../../ui/page-header.tsx";
import { PanelFallback } from "../../../ui/panel.tsx";
import { ViewsMenu } from "../../../views/views-menu.tsx";

export const metadata: Metadata = { title: "Sessions" };

export default async function SessionsPage({ searchParams }: PageProps<"/sessions">) {
  await getPerson();
  const params = await loadSessionParams(searchParams);
  const query = sessionQuery(params);
  const facets = listSessionFacets(params);
  return (
    <>
      <PageHeader
        title={
          <>
            Sessions{" "}
            <Suspense key={query} fallback={null}>
              <Count params={params} />
            </Suspense>
          </>
        }
      >
        <WindowPicker />
      </PageHeader>
      <div className="mb-3 flex items-start gap-2 max-sm:flex-wrap">
        <SessionSearch />
        <div role="group" aria-label="Rows" className="flex shrink-0 items-start gap-2">
          <ViewsMenu screen="sessions" list={await listViews(params.project, "sessions")} />
          <SessionColumnChooser />
        </div>
      </div>
      <div className="gap-3 lg:grid lg:grid-cols-[12rem_minmax(0,1fr)]">
        <details className="mb-3 rounded-lg border border-line bg-surface lg:hidden">
          <summary className="px-4 py-2 font-medium">Facets</summary>
          <Facets facets={facets} />
        </details>
        <aside aria-label="Facets" className="self-start rounded-lg border border-line bg-surface max-lg:hidden">
          <Facets facets={facets} />
        </aside>
        <Suspense fallback={<PanelFallback className="h-[calc(100dvh-9.5rem)] min-h-80" />}>
          <Rows params={params} query={query} />
        </Suspense>
      </div>
    </>
  );
}

async function Count({ params }: { params: SessionParams }) {
  return <CountLabel {...await countSessionRows(params)} />;
}

function Facets({ facets }: { facets: Promise<SessionFacet[]> }) {
  return (
    <Suspense fallback={<div aria-busy="true" className="h-96" />}>
      <FacetList facets={facets} />
    </Suspense>
  );
}

async function FacetList({ facets }: { facets: Promise<SessionFacet[]> }) {
  return (
    <div className="divide-y divide-line px-1.5">
      {(await facets).map((facet) => (
        <SessionFacetPanel key={facet.name} facet={facet} />
      ))}
    </div>
  );
}

async function Rows({ params, query }: { params: SessionParams; query: string }) {
  const first = await listSessionRows(params);
  const newest = first.rows[0];
  return (
    <section aria-label="Rows" className="min-w-0 self-start overflow-hidden rounded-lg border border-line bg-surface">
      {newest === undefined ? (
        <EmptyState filtered={sessionFiltersOf(params).length > 0} />
      ) : (
        <SessionsTable
          key={`${query} ${newest.id} ${newest.calls}`}
          first={first}
          query={query}
          windowQuery={scopeQuery(params)}
        />
      )}
    </section>
  );
}
