import type { Metadata } from "next";
import { Suspense } from "react";
import { countOpen, listOperationRows } from "../../../data/operations.ts";
import { getPerson } from "../../../data/viewer.ts";
import { OpenCountsPanel } from "../../../operations/open-counts-panel.tsx";
import { OperationFilters } from "../../../operations/operation-filters.tsx";
import { loadOperationParams, operationQuery, type OperationParams } from "../../../operations/operation-params.ts";
import { OperationsTable } from "../../../operations/operations-table.tsx";
import { PageHeader } from "../../../ui/page-header.tsx";
import { PanelFallback } from "../../../ui/panel.tsx";

export const metadata: Metadata = { title: "Operations" };

export default async function OperationsPage({ searchParams }: PageProps<"/operations">) {
  await getPerson();
  const params = await loadOperationParams(searchParams);
  return (
    <>
      <PageHeader title="Operations" />
      <p className="mb-3 max-w-prose text-soft">
        Changes that are protected against happening twice. One of unknown effect is held until somebody finds out
        whether it happened.
      </p>
      <div className="mb-3">
        <Suspense fallback={<PanelFallback className="h-20" />}>
          <Counts project={params.project} />
        </Suspense>
      </div>
      <OperationFilters />
      <Suspense fallback={<PanelFallback className="h-80" />}>
        <Rows params={params} />
      </Suspense>
    </>
  );
}

async function Counts({ project }: { project: string }) {
  return <OpenCountsPanel counts={await countOpen(project)} project={project} />;
}

async function Rows({ params }: { params: OperationParams }) {
  const first = await listOperationRows(params);
  const query = operationQuery(params);
  const isNarrowed = params.q !== null || params.tool.length > 0 || params.server.length > 0;
  return (
    <section aria-label="Rows" className="overflow-hidden rounded-lg border border-line bg-surface">
      {first.rows.length === 0 ? (
        <div className="px-4 py-10 text-center text-soft">
          <p className="font-medium text-ink">
            {isNarrowed
              ? "Nothing matches."
              : params.status === "found_out"
                ? "Nothing was found out yet."
                : "Nothing is open."}
          </p>
          <p className="mt-1">
            {isNarrowed
              ? "Take a filter away."
              : "An operation appears here while it runs, and stays when nobody knows whether it happened."}
          </p>
        </div>
      ) : (
        <OperationsTable
          key={`${query} ${first.rows.map(({ id, state }) => id + state).join()}`}
          first={first}
          query={query}
        />
      )}
    </section>
  );
}
