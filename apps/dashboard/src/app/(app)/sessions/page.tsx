import type { Metadata } from "next";
import { Suspense } from "react";
import { countSessionRows, listSessionRows } from "../../../data/sessions.ts";
import { getPerson } from "../../../data/viewer.ts";
import { SessionFilters } from "../../../sessions/session-filters.tsx";
import {
  hasSessionFilter,
  loadSessionParams,
  sessionQuery,
  type SessionParams,
} from "../../../sessions/session-params.ts";
import { SessionsTable } from "../../../sessions/sessions-table.tsx";
import { scopeQuery } from "../../../scope/scope.ts";
import { WindowPicker } from "../../../time/window-picker.tsx";
import { CountLabel } from "../../../ui/count-label.tsx";
import { EmptyState } from "../../../ui/empty-state.tsx";
import { PageHeader } from "../../../ui/page-header.tsx";
import { PanelFallback } from "../../../ui/panel.tsx";

export const metadata: Metadata = { title: "Sessions" };

export default async function SessionsPage({ searchParams }: PageProps<"/sessions">) {
  await getPerson();
  const params = await loadSessionParams(searchParams);
  const query = sessionQuery(params);
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
      <SessionFilters />
      <Suspense fallback={<PanelFallback className="h-[calc(100dvh-9.5rem)] min-h-80" />}>
        <Rows params={params} query={query} />
      </Suspense>
    </>
  );
}

async function Count({ params }: { params: SessionParams }) {
  return <CountLabel {...await countSessionRows(params)} />;
}

async function Rows({ params, query }: { params: SessionParams; query: string }) {
  const first = await listSessionRows(params);
  const newest = first.rows[0];
  return (
    <section aria-label="Rows" className="overflow-hidden rounded-lg border border-line bg-surface">
      {newest === undefined ? (
        <EmptyState filtered={hasSessionFilter(params)} />
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
